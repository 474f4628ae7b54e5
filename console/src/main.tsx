import { render } from "preact";
import { Console } from "./console.tsx";
import "./style.css";
import { apply_theme, stored_theme } from "./theme.ts";

apply_theme(stored_theme());
const place = document.getElementById("console");
if (place) render(<Console />, place);
