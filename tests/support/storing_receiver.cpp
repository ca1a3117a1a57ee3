#include "storing_receiver.hpp"

#include "witness.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "commands/listen_answer.hpp"
#include "json/reader.hpp"
#include "loki/endpoint.hpp"
#include "loki/gzip.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <numeric>
#include <utility>

namespace metrics_event::testing {
namespace {

constexpr std::string_view end_of_line = "\r\n";
constexpr std::string_view end_of_header = "\r\n\r\n";

// The paths that a kind of receiver serves.
struct Paths {
  std::string_view push;
  std::string_view query;
  std::string_view ready;
};

Paths paths_of(StoreKind kind) {
  return kind == StoreKind::loki
             ? Paths{push_path, "/loki/api/v1/query_range", "/ready"}
             : Paths{"/insert/loki/api/v1/push", "/select/logsql/query", "/insert/loki/ready"};
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

// Removes the text before `separator`, and that itself, from `rest`, and returns it.
std::string_view cut(std::string_view& rest, std::string_view separator) {
  const std::string_view part = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(part.size() + separator.size(), rest.size()));
  return part;
}

// Reads a header with its request line, which ends in an empty service.
ReceiverRequest request_of(std::string_view header) {
  std::string_view first = cut(header, end_of_line);
  ReceiverRequest request;
  request.method = cut(first, " ");
  request.target = cut(first, " ");
  while (!header.empty()) {
    std::string_view value = cut(header, end_of_line);
    std::string name = lower_case(cut(value, ":"));
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    request.headers.insert_or_assign(std::move(name), value);
  }
  return request;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    unsigned char byte = 0;
    const bool is_encoded =
        text.size() >= 3 && text.front() == '%' &&
        std::from_chars(text.data() + 1, text.data() + 3, byte, 16).ptr == text.data() + 3;
    decoded += is_encoded ? static_cast<char>(byte) : text.front() == '+' ? ' ' : text.front();
    text.remove_prefix(is_encoded ? 3 : 1);
  }
  return decoded;
}

// Adds the parameters of a form or of the query of a URL.
void add_parameters(Parameters& parameters, std::string_view form) {
  while (!form.empty()) {
    std::string_view value = cut(form, "&");
    std::string name = percent_decoded(cut(value, "="));
    parameters.insert_or_assign(std::move(name), percent_decoded(value));
  }
}

Parameters url_parameters(const ReceiverRequest& request) {
  Parameters parameters;
  const std::size_t mark = request.target.find('?');
  if (mark != request.target.npos) {
    add_parameters(parameters, std::string_view{request.target}.substr(mark + 1));
  }
  return parameters;
}

std::string message(const StoreAnswer& answer, const std::vector<std::string>& headers,
                    bool keeps) {
  std::string text = "HTTP/1.1 " + std::to_string(answer.status) +
                     (answer.status < 300 ? " OK\r\n" : " Error\r\n");
  for (const std::string& header : headers) {
    text += header + "\r\n";
  }
  if (answer.status != 204) {
    text += "Content-Type: " + answer.type +
            "\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n";
  }
  text += keeps ? "\r\n" : "Connection: close\r\n\r\n";
  return answer.status == 204 ? text : text + answer.body;
}

// Whether a push without entries has a stream all the same.
bool has_stream(std::string_view body) {
  JsonReader reader;
  return reader.read_object(body) && std::ranges::any_of(reader.members(), [](const Member& one) {
           return one.name == "streams" && one.json.starts_with("[{");
         });
}

// A tenant of VictoriaLogs, of which the project is 0 when it is not given; nothing when it is bad.
std::optional<std::string> victoria_tenant(std::string_view account, std::string_view project) {
  account = account.empty() ? "0" : account;
  project = project.empty() ? "0" : project;
  return all_digits(account) && all_digits(project)
             ? std::optional{std::string{account} + ':' + std::string{project}}
             : std::nullopt;
}

std::optional<std::string> tenant_of(StoreKind kind, const ReceiverRequest& request) {
  const std::string org_id = request.header("x-scope-orgid");
  if (kind == StoreKind::loki) {
    return org_id.empty() ? "fake" : org_id;
  }
  std::string_view project = org_id;
  const std::string_view account = cut(project, ":");
  return path_of(request.target) == paths_of(kind).query || org_id.empty()
             ? victoria_tenant(request.header("accountid"), request.header("projectid"))
             : victoria_tenant(account, project);
}

StoreAnswer bad_tenant() {
  return {.status = 400,
          .body = "cannot parse common params from request: cannot parse accountID\n"};
}

} // namespace

std::string ReceiverRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

StoringReceiver::StoringReceiver(ReceiverScript script)
    : StoringReceiver(bound_socket(Family::v4), std::move(script)) {}

StoringReceiver::StoringReceiver(ClosedPort port, ReceiverScript script)
    : StoringReceiver(std::move(port).release(), std::move(script)) {}

StoringReceiver::StoringReceiver(Descriptor listener, ReceiverScript script)
    : settings_(script.store), takes_gzip_(script.takes_gzip),
      store_(make_store(script.store)), pushes_{.conducts = std::move(script.pushes)},
      queries_{.conducts = std::move(script.queries)},
      server_(std::move(listener),
              [this](Descriptor client, std::size_t) { serve(std::move(client)); }) {}

std::string StoringReceiver::push_url() const {
  return "http://127.0.0.1:" + std::to_string(port()) + std::string{paths_of(settings_.kind).push};
}

std::string StoringReceiver::query_url() const {
  return "http://127.0.0.1:" + std::to_string(port()) + std::string{paths_of(settings_.kind).query};
}

void StoringReceiver::begin(Service& service, std::vector<Conduct> conducts) {
  const std::lock_guard lock{mutex_};
  service.conducts = std::move(conducts);
  service.begun = 0;
}

void StoringReceiver::script_pushes(std::vector<Conduct> pushes) {
  begin(pushes_, std::move(pushes));
}

void StoringReceiver::script_queries(std::vector<Conduct> queries) {
  begin(queries_, std::move(queries));
}

std::size_t StoringReceiver::stored() const {
  const auto counts = copies();
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0},
                         [](std::size_t sum, const auto& entry) { return sum + entry.second; });
}

std::vector<ReceiverRequest> StoringReceiver::pushes() const {
  const std::lock_guard lock{mutex_};
  return pushes_.requests;
}

std::vector<ReceiverRequest> StoringReceiver::queries() const {
  const std::lock_guard lock{mutex_};
  return queries_.requests;
}

void StoringReceiver::await_quiet() const {
  await("a quiet receiver", [this] { return server_.is_quiet(); });
}

// The pushes or the queries, whichever a request is of, by its target; none for any other request.
StoringReceiver::Service* StoringReceiver::service_of(std::string_view target) {
  const Paths paths = paths_of(settings_.kind);
  return path_of(target) == paths.push    ? &pushes_
         : path_of(target) == paths.query ? &queries_
                                          : nullptr;
}

Conduct StoringReceiver::next_conduct(Service& service) {
  const std::lock_guard lock{mutex_};
  const std::size_t number = service.begun++;
  return service.conducts.empty() ? Conduct{}
                                  : service.conducts[std::min(number, service.conducts.size() - 1)];
}

// Appends more of what the client sends; false when it has gone or the server is to end.
bool StoringReceiver::read(const Descriptor& client, std::string& bytes) const {
  std::array<char, 65536> more;
  if (!server_.ready(client, POLLIN)) {
    return false;
  }
  const auto count = ::recv(client.get(), more.data(), more.size(), 0);
  if (count > 0) {
    bytes.append(more.data(), static_cast<std::size_t>(count));
  }
  return count > 0;
}

bool StoringReceiver::read_line(const Descriptor& client, std::string& bytes) const {
  bool is_open = true;
  while (is_open && bytes.find(end_of_line) == bytes.npos) {
    is_open = read(client, bytes);
  }
  return is_open;
}

StoreAnswer StoringReceiver::store(const ReceiverRequest& request) {
  const auto tenant = tenant_of(settings_.kind, request);
  if (!tenant) {
    return bad_tenant();
  }
  if (!takes_gzip_ && request.header("content-encoding") == "gzip") {
    return {.status = 415, .body = "no compressed body, please\n"};
  }
  const std::string type = request.header("content-type");
  const Answer answer =
      metrics_event::answer_to({.method = request.method,
                                .target = push_path,
                                .content_type = type.empty() ? std::nullopt : std::optional{type},
                                .content_encoding = request.header("content-encoding"),
                                .body = request.body},
                               {});
  if (answer.status != 204) {
    return {.status = answer.status, .body = answer.body};
  }
  if (settings_.kind == StoreKind::loki && answer.accepted.empty() &&
      !has_stream(gunzip(request.body, largest_received_body).value_or(request.body))) {
    return {.status = 422, .body = "error at least one valid stream is required for ingestion\n"};
  }
  return store_->push(*tenant, answer.accepted, url_parameters(request));
}

StoreAnswer StoringReceiver::find(const LogStore& store, const ReceiverRequest& request) const {
  const auto tenant = tenant_of(settings_.kind, request);
  if (!tenant) {
    return bad_tenant();
  }
  Parameters parameters = url_parameters(request);
  if (request.method == "POST") {
    add_parameters(parameters, request.body);
  }
  return store.query(*tenant, parameters,
                     request.header("x-loki-response-encoding-flags") == "categorize-labels");
}

StoreAnswer StoringReceiver::reply_to(const Service* service, const ReceiverRequest& request,
                                      const Conduct& conduct) {
  if (service == &pushes_) {
    const bool stores_now = conduct.stores && !conduct.stores_late();
    const StoreAnswer answer = stores_now ? store(request) : StoreAnswer{};
    return conduct.status == 0 ? answer : StoreAnswer{conduct.status, conduct.body, conduct.type};
  }
  if (service == &queries_) {
    return conduct.status != 0 ? StoreAnswer{conduct.status, conduct.body, conduct.type}
                               : find(conduct.lies ? *make_store(settings_) : *store_, request);
  }
  if (request.target == paths_of(settings_.kind).ready) {
    return {.status = 200, .body = "ready\n"};
  }
  return settings_.kind == StoreKind::loki
             ? StoreAnswer{.status = 404, .body = "404 page not found\n"}
             : StoreAnswer{.status = 400,
                           .body = "unsupported path requested: " + quote(path_of(request.target)) +
                                   '\n'};
}

// Takes a request from the beginning of `bytes`, after reading what is missing of it; nothing when
// the client goes before, or as soon as `most` bytes of it are there.
std::optional<ReceiverRequest> StoringReceiver::next_request(const Descriptor& client,
                                                             std::string& bytes,
                                                             std::size_t most) const {
  while (bytes.size() < most) {
    if (const std::size_t end = bytes.find(end_of_header); end != bytes.npos) {
      ReceiverRequest request = request_of(bytes.substr(0, end));
      const std::size_t body = end + end_of_header.size();
      const std::size_t length =
          std::strtoul(request.header("content-length").c_str(), nullptr, 10);
      if (bytes.size() >= body + length) {
        request.body = bytes.substr(body, length);
        bytes.erase(0, body + length);
        return request;
      }
    }
    if (!read(client, bytes)) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

// Waits before an answer; false when the server is to end.
bool StoringReceiver::wait_as(const Conduct& conduct) const {
  const Clock::time_point end = Clock::now() + conduct.delay;
  while (conduct.until && !conduct.until() && Clock::now() < end) {
    if (!server_.pause(Clock::now() + std::chrono::milliseconds{1})) {
      return false;
    }
  }
  return conduct.until || server_.pause(end);
}

void StoringReceiver::serve(Descriptor client) {
  std::string bytes; // read, and of no request that has been served
  for (bool keeps = true; keeps && read_line(client, bytes);) {
    Service* const service =
        service_of(request_of(bytes.substr(0, bytes.find(end_of_line))).target);
    const Conduct conduct = service == nullptr ? Conduct{} : next_conduct(*service);
    const auto request =
        next_request(client, bytes, conduct.request_bytes.value_or(std::string::npos));
    if (!request) {
      // A close with bytes unread would be a reset.
      ::shutdown(client.get(), SHUT_WR);
      server_.drain(client);
      return;
    }
    if (service != nullptr) {
      const std::lock_guard lock{mutex_};
      service->requests.push_back(*request);
    }
    const StoreAnswer answer = reply_to(service, *request, conduct);
    if (!wait_as(conduct)) {
      return;
    }
    const bool stores_late = service == &pushes_ && conduct.stores_late();
    keeps = !stores_late && !conduct.hangs && !conduct.answer_bytes &&
            lower_case(request->header("connection")) != "close";
    if (conduct.hangs) {
      server_.drain(client);
    } else {
      const std::string text = message(answer, conduct.headers, keeps);
      server_.send(client, text.substr(0, conduct.answer_bytes.value_or(text.size())));
    }
    if (stores_late) {
      client.reset();
      if (server_.pause(Clock::now() + conduct.stores_after)) {
        store(*request);
      }
    }
  }
}

} // namespace metrics_event::testing
