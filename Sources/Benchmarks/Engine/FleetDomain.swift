// A domain with the fleet that it decides on, which obeys.

internal import MusterEngine
internal import MusterModel
internal import MusterPolicy
internal import MusterTestKit

/// A domain under a fleet's policies, and the fleet.
struct FleetDomain {
    var fleet: Fleet
    var domain: Domain
    var now = Instant(milliseconds: 1_764_000_000_000)

    /// A domain that knows the policies and none of the machines.
    init(_ fleet: Fleet) {
        self.fleet = fleet
        let entries = fleet.documents.map {
            Baseline.Entry($0, source: Node(.mapping([]), at: .none))
        }
        domain = Domain(DomainID("fleet"), baseline: Baseline(entries))
    }

    /// What the machines of these numbers report now.
    mutating func reports(_ machines: [Int]) -> [Event] {
        now = now + .seconds(1)
        return [.reports(machines.map { .observed(fleet.report(of: $0, at: now)) })]
    }

    /// Machines do as they are told until nothing is left to do.
    mutating func obey(_ directives: [Directive]) {
        var directives = directives
        while true {
            var obeyed: [Int] = []
            for case .send(let command) in directives {
                guard let machine = fleet.machine(of: command.resource) else { continue }
                fleet.set(machine, isOn: command.action == .start)
                obeyed.append(machine)
            }
            if obeyed.isEmpty { return }
            let events = reports(obeyed)
            directives = domain.handle(events, at: now)
        }
    }
}

extension FleetDomain {
    /// That a policy was changed on the bus.
    mutating func configure(_ policy: Int) -> Event {
        now = now + .seconds(1)
        let source = Node(.mapping([]), at: .none)
        return .configuration([.set(fleet.document(policy), source: source)], record: 1)
    }
}
