// How fast domains come back from their changelog, and how much memory they take then.

internal import Foundation
internal import MusterEngine
internal import MusterModel
internal import MusterPolicy

/// Restores a million resources, in one domain and in a thousand.
enum RestoreBenchmark: Benchmark {
    static let name = "restore"
    static let purpose = "a million resources from the changelog, in one domain and in 1,000"

    private static let resources = 1_000_000
    /// How many resources the generator has in hand at a time.
    private static let batch = 1000
    private static let now = Instant(milliseconds: 1_764_000_000_000)

    /// Each number of domains in a process of its own, as memory once taken is not given back.
    static func run() throws {
        if let domains = CommandLine.arguments.dropFirst(2).first.flatMap({ Int($0) }) {
            return try restore(domains: max(1, min(domains, resources / batch)))
        }
        for domains in [1, 1000] {
            let child = Process()
            child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            child.arguments = [name, String(domains)]
            try child.run()
            child.waitUntilExit()
        }
    }

    private static func restore(domains count: Int) throws {
        let baseline = try baseline()
        let idle = memory("VmRSS")
        var restored: [Domain] = []
        var entries = 0
        var bytes = 0
        var applying = Stopwatch()
        var finishing = Stopwatch()
        for number in 0..<count {
            let id = DomainID("prod-\(number)")
            var restoration = DomainRestoration(id, baseline: baseline, options: Options())
            for start in stride(from: 0, to: resources / count, by: batch) {
                let records = records(of: id, from: start, baseline)
                try applying.time {
                    for record in records {
                        try restoration.apply(key: record.key, value: record.value)
                    }
                }
                entries += records.count
                bytes += records.reduce(0) { $0 + $1.key.count + ($1.value?.count ?? 0) }
            }
            let complete = restoration
            try finishing.time { restored.append(try complete.finish()) }
        }
        let peak = memory("VmHWM")
        let quiet = restored.indices.allSatisfy { restored[$0].handle([.clock], at: now).isEmpty }
        let total = applying.elapsed + finishing.elapsed
        let own = applying.own + finishing.own
        print(
            """
            \(count) domain(s): \(entries) entries, \(bytes / entries) bytes each
              applied in \(figure(applying.elapsed)) s, \
            finished in \(figure(finishing.elapsed)) s, \(Int(Double(entries) / total)) entries/s
              of one core: \(figure(applying.own)) s and \(figure(finishing.own)) s, \
            \(Int(Double(entries) / own)) entries/s
              memory: \(idle) MiB before, \(memory("VmRSS")) MiB after, \(peak) MiB at most
              \(quiet ? "nothing to do" : "something to do") right after
            """
        )
        renew(&restored[0], resources / count)
    }

    /// What a report costs that only renews time, and its record.
    private static func renew(_ domain: inout Domain, _ count: Int) {
        var handling = Stopwatch()
        var taking = Stopwatch()
        var records = 0
        let later = now + .seconds(1)
        for start in stride(from: 0, to: min(count, 100_000), by: batch) {
            let reports = (start..<start + batch).map { number in
                var report = resource(number)
                report.observedAt = later
                return Event.reports([.observed(report)])
            }
            handling.time { for report in reports { _ = domain.handle([report], at: later) } }
            taking.time { records += domain.takeStateChanges().count }
        }
        print(
            """
              \(records) reports that renew: \(Int(Double(records) / handling.own))/s of one core, \
            their records: \(Int(Double(records) / taking.own))/s
            """
        )
    }

    /// Time that has passed, and processor time that this thread has had, in seconds.
    private struct Stopwatch {
        var elapsed = 0.0
        var own = 0.0

        mutating func time(_ work: () throws -> Void) rethrows {
            let clock = ContinuousClock()
            let (begin, beginOwn) = (clock.now, threadSeconds())
            try work()
            own += threadSeconds() - beginOwn
            let duration = (clock.now - begin).components
            elapsed += Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
        }
    }

    // MARK: Input

    /// The records of some of a domain's resources, made by a domain that knows only those.
    private static func records(
        of id: DomainID,
        from start: Int,
        _ baseline: Baseline
    ) -> [StateEntry] {
        var domain = Domain(id, baseline: baseline, options: Options())
        let reports = (start..<start + batch).map { Report.observed(resource($0)) }
        _ = domain.handle([.reports(reports)], at: now)
        return domain.takeStateChanges()
    }

    private static func resource(_ i: Int) -> Resource {
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
            ttl: .seconds(90)
        )
    }

    /// Policies that hold as soon as a few machines are online.
    private static func baseline() throws -> Baseline {
        let text = """
            [{"apiVersion": "muster/v1", "kind": "Policy", "name": "all",
              "require": {"count": {"kind": "vm"}, "atLeast": 10}},
             {"apiVersion": "muster/v1", "kind": "Policy", "name": "gold", "priority": 10,
              "require": {"count": {"labels": {"tier": "gold"}}, "atLeast": "80%"}},
             {"apiVersion": "muster/v1", "kind": "Policy", "name": "group-7",
              "require": {"count": {"serviceGroup": "service-group-7"}, "atLeast": 1}}]
            """
        let (node, _) = JSONDocument.read(Array(text.utf8), source: "policies.json")
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

    // MARK: Figures

    /// A figure of this process in MiB, as the kernel counts it.
    private static func memory(_ field: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) / 1024
    }

    private static func figure(_ value: Double) -> String { String(format: "%.2f", value) }
}
