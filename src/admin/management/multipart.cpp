#include "admin/management/multipart.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "admin/management/answers.hpp"

namespace wharf::management {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kLongestBoundary = 70;  // RFC 2046

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

/// `name=` in a header's value, with or without quotes; none: it is not there.
std::optional<std::string> parameter_of(std::string_view header, std::string_view name) {
  std::string wanted = ";" + std::string(name) + "=";
  std::string squeezed;
  bool quoted = false;
  for (char letter : header) {
    if (letter == '"') quoted = !quoted;
    if (quoted || letter != ' ') squeezed += letter;
  }
  std::size_t at = lower_case(squeezed).find(wanted);
  if (at == std::string::npos) return std::nullopt;
  std::string_view value = std::string_view(squeezed).substr(at + wanted.size());
  if (!value.starts_with('"')) return std::string(value.substr(0, value.find(';')));
  value.remove_prefix(1);
  return std::string(value.substr(0, value.find('"')));
}

/// The name of a part, by its head.
std::string name_of(std::string_view head) {
  while (!head.empty()) {
    std::string_view line = head.substr(0, head.find(kLineEnd));
    head.remove_prefix(std::min(head.size(), line.size() + kLineEnd.size()));
    if (lower_case(line).starts_with("content-disposition:")) return parameter_of(line, "name").value_or("");
  }
  return "";
}

std::expected<Upload, std::string> parts_of(std::string_view body, const std::string& boundary) {
  const std::string between = "\r\n--" + boundary;
  std::string_view first = std::string_view(between).substr(kLineEnd.size());
  std::size_t at = body.starts_with(first) ? 0 : body.find(between);
  std::optional<std::string> file;
  Upload upload;
  while (at != std::string_view::npos) {
    body.remove_prefix(at + (body.substr(at).starts_with(between) ? between.size() : first.size()));
    if (body.starts_with("--")) {
      if (!file) return std::unexpected("the form has no part 'file'");
      upload.content = std::move(*file);
      return upload;
    }
    std::size_t head_end = body.find("\r\n\r\n");
    std::size_t end = body.find(between);
    if (head_end == std::string_view::npos || end == std::string_view::npos || end < head_end) break;
    std::string name = name_of(body.substr(0, head_end));
    std::size_t begin = head_end + 2 * kLineEnd.size();
    std::string_view content = begin > end ? std::string_view() : body.substr(begin, end - begin);
    if (name == "file") file = content;
    if (name == "redirect") upload.redirect = content;
    at = end;
  }
  return std::unexpected("the form ends before its last boundary");
}

}  // namespace

std::expected<Upload, std::string> uploaded(http::Request& request) {
  std::string_view type = request.header("content-type").value_or("");
  if (!lower_case(type).starts_with("multipart/form-data")) return Upload{std::move(request.body), {}};
  std::optional<std::string> boundary = parameter_of(type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kLongestBoundary) {
    return std::unexpected("the form's boundary is missing");
  }
  return parts_of(request.body, *boundary);
}

http::Response answer_to_upload(const Upload& upload) {
  // A page of ours: nobody is sent elsewhere.
  const std::string& to = upload.redirect;
  auto passes_for_another = [](char letter) {
    return static_cast<unsigned char>(letter) <= ' ' || letter == '\\' || letter == ':';
  };
  bool is_ours = !to.empty() && std::ranges::none_of(to, passes_for_another) && !to.starts_with("//");
  http::Response response = no_content();
  if (!is_ours) return response;
  response.status = 303;
  response.headers.emplace_back("Location", to);
  return response;
}

}  // namespace wharf::management
