#include "protocols/stomp/welcome.hpp"

#include "protocols/stomp/connection.hpp"

namespace wharf::stomp {

runtime::OpenPort::Welcome welcome(std::vector<const Door*> doors) {
  return [doors = std::move(doors)](std::size_t shard, std::unique_ptr<runtime::Stream> stream) {
    return std::make_unique<Connection>(*doors[shard], std::move(stream));
  };
}

}  // namespace wharf::stomp
