// cask._core.ClusterClient: the connection with a cluster's scheduler, as cask.distributed uses it.

#include <nanobind/nanobind.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>

#include "cask/api/default_cluster.h"
#include "status.h"
#include "without_gil.h"

namespace cask {
namespace nb = nanobind;
using namespace nb::literals;
namespace {

// A dict for each worker, as Client.scheduler_info needs it.
nb::list WorkersOf(ClusterClient& client, double seconds) {
  const auto workers = Unwrap(WithoutGil([&] { return client.AskWorkers(seconds); }));
  nb::list list;
  for (const WorkerNews& worker : workers) {
    nb::dict entry;
    entry["id"] = Number(worker.worker);
    entry["name"] = worker.name;
    entry["address"] = worker.address;
    entry["nthreads"] = worker.threads;
    entry["memory_limit"] = worker.memory_limit_bytes;
    entry["memory"] = worker.memory_bytes;
    entry["held"] = worker.store_bytes;
    entry["spilled"] = worker.spilled_bytes;
    list.append(entry);
  }
  return list;
}

nb::object TakeEnded(ClusterClient& client, double seconds) {
  const auto ended = WithoutGil([&] { return client.TakeEnded(seconds); });
  if (!ended) return nb::none();
  nb::list names;
  for (const EndedCall& call : *ended) names.append(nb::make_tuple(Number(call.request), call.task));
  return names;
}

}  // namespace

void BindCluster(nb::module_& module) {
  nb::class_<ClusterClient>(module, "ClusterClient", "A connection with the scheduler of a cluster.")
      .def_static(
          "connect",
          [](const std::string& address, double answer_seconds, double away_seconds) {
            return Unwrap(WithoutGil([&] { return ConnectToCluster(address, {answer_seconds, away_seconds}); }));
          },
          "address"_a, "answer_seconds"_a, "away_seconds"_a, "Connects to the scheduler at an address, or to that of a connection file.")
      .def_prop_ro("address", &ClusterClient::address)
      .def("workers", &WorkersOf, "seconds"_a)
      .def("take_ended", &TakeEnded, "seconds"_a, "The names of calls that are watched and have ended; None once the client is closed.")
      .def("close", [](ClusterClient& client) { WithoutGil([&] { client.Close(); }); })
      .def("shut_down", [](ClusterClient& client) { WithoutGil([&] { client.ShutDown(); }); });
  module.def(
      "set_default_cluster", [](std::shared_ptr<ClusterClient> client) { WithoutGil([&] { SetDefaultCluster(std::move(client)); }); },
      "client"_a.none(), "From now on collections are computed there; None: by this process.");
}

}  // namespace cask
