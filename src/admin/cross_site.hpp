#pragma once
// Requests that a browser makes on behalf of another site's page (cross-site request forgery). A browser that was once
// told a user's name and password by its own dialog adds them to whatever any page makes it ask for; so what would
// change something is answered only when the page is this port's. Clients that are no browsers send neither of the
// headers that say so.
#include "http/message.hpp"

namespace wharf::admin {

/// By Sec-Fetch-Site, which no page can set (W3C Fetch Metadata); by Origin in browsers before 2023.
bool changes_for_another_site(const http::Request& request);

}  // namespace wharf::admin
