#pragma once
// What `wharf queue show` says of a stream: a log topic of one partition, so what the API of topics knows of it. That
// has those of the virtual host "/"; of others it is what the management API knows.
#include <boost/json/value.hpp>

#include "cli/management_session.hpp"
#include "model/error.hpp"

namespace wharf::cli {

/// `queue` as the management API has it, with the name of a stream. As JSON it gets `topic` and `partition`, in "/".
runtime::Task<Result<void>> show_stream(ManagementSession* session, boost::json::value queue, bool json);

/// The lines of text for it, in "/" and elsewhere.
std::string stream_report(const boost::json::value& queue, const boost::json::value& topic,
                          const boost::json::value& partition);
std::string stream_report(const boost::json::value& queue);

}  // namespace wharf::cli
