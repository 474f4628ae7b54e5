#pragma once
// Requests that a browser makes on behalf of another site's page (cross-site request forgery). A browser that was once
// told a user's name and password by its own dialog adds them to whatever any page makes it ask for; so what would
// change something is answered only when the page is this port's. Clients that are no browsers send neither of the
// headers that say so.
#include "http/message.hpp"

namespace wharf::admin {

/// By Sec-Fetch-Site, which no page can set (W3C Fetch Metadata); by Origin in browsers before 2023.
bool changes_for_another_site(const http::Request& request);

/// A browser's body that does not say that it is JSON. That is what a page of another site may make it send without asking
/// this port first (a form, a plain text, a body without a type), should it send neither of the headers above. Others need
/// not say it, as with RabbitMQ: scripts have always written `curl -d`. An upload of definitions may be a form.
bool lacks_json_type(const http::Request& request);

}  // namespace wharf::admin
