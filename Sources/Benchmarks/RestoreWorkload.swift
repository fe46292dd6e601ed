// What is restored in the benchmarks: machines on hosts, as their domain's changelog tells of them.

internal import MusterEngine
internal import MusterModel
internal import MusterPolicy

/// Makes the changelog of domains.
struct RestoreWorkload {
    /// When all of them have reported.
    let now: Instant
    /// How long a report of a machine holds.
    let ttl: Duration

    /// The records of some of a domain's resources, made by a domain that knows only those.
    func records(
        of id: DomainID,
        from start: Int,
        count: Int,
        _ baseline: Baseline
    ) -> [StateEntry] {
        var domain = Domain(id, baseline: baseline, options: Options())
        let reports = (start..<start + count).map { Report.observed(resource($0)) }
        _ = domain.handle([.reports(reports)], at: now)
        return domain.takeStateChanges()
    }

    func resource(_ i: Int) -> Resource {
        let digits = String(i)
        let number = String(repeating: "0", count: 7 - digits.count) + digits
        if i % 50 == 0 {
            return Resource(
                id: ResourceID("node-\(i / 50)"),
                kind: "node",
                state: .online,
                cluster: "cluster-\(i / 50 % 20)",
                labels: ["zone": "z\(i % 3)", "rack": "rack-\(i / 50 % 100)"],
                capacity: ["cpu": 128, "memory": 512 << 10],
                observedAt: now,
                sequence: i
            )
        }
        return Resource(
            id: ResourceID("vm-\(number)"),
            state: .online,
            node: ResourceID("node-\(i / 50)"),
            cluster: "cluster-\(i / 50 % 20)",
            serviceGroup: "service-group-\(i % 300)",
            applications: ["shop-\(i % 40)"],
            labels: ["tier": i % 5 == 0 ? "gold" : "iron", "zone": "z\(i % 3)"],
            capacity: ["cpu": 1 + i % 8, "memory": (1 + i % 16) << 10],
            observedAt: now,
            sequence: i,
            ttl: ttl
        )
    }

    /// Policies that hold as soon as a few machines are online.
    static let policies = """
        [{"apiVersion": "muster/v1", "kind": "Policy", "name": "all",
          "require": {"count": {"kind": "vm"}, "atLeast": 10}},
         {"apiVersion": "muster/v1", "kind": "Policy", "name": "gold", "priority": 10,
          "require": {"count": {"labels": {"tier": "gold"}}, "atLeast": "80%"}},
         {"apiVersion": "muster/v1", "kind": "Policy", "name": "group-7",
          "require": {"count": {"serviceGroup": "service-group-7"}, "atLeast": 1}}]
        """

    /// The policies as a domain takes them.
    static func baseline() throws -> Baseline {
        let (node, _) = JSONDocument.read(Array(policies.utf8), source: "policies.json")
        let (changes, diagnostics) = DocumentReader.read([node].compactMap { $0 }, from: .file)
        if let diagnostic = diagnostics.first { throw diagnostic }
        return Baseline(
            changes.compactMap { change in
                if case .set(let document, let source) = change {
                    .init(document, source: source)
                } else {
                    nil
                }
            }
        )
    }
}
