// How fast domains come back from their changelog, and how much memory they take then.

internal import Foundation
internal import MusterEngine
internal import MusterModel

/// Restores a million resources, in one domain and in a thousand.
enum RestoreBenchmark: Benchmark {
    static let name = "restore"
    static let purpose = "a million resources from the changelog, in one domain and in 1,000"

    private static let resources = 1_000_000
    /// How many resources the generator has in hand at a time.
    private static let batch = 1000
    private static let now = Instant(milliseconds: 1_764_000_000_000)
    private static let workload = RestoreWorkload(now: now, ttl: .seconds(90))

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
        let baseline = try RestoreWorkload.baseline()
        let idle = residentMemory("VmRSS")
        var restored: [Domain] = []
        var entries = 0
        var bytes = 0
        var applying = Stopwatch()
        var finishing = Stopwatch()
        for number in 0..<count {
            let id = DomainID("prod-\(number)")
            var restoration = DomainRestoration(id, baseline: baseline, options: Options())
            for start in stride(from: 0, to: resources / count, by: batch) {
                let records = workload.records(of: id, from: start, count: batch, baseline)
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
        let peak = residentMemory("VmHWM")
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
              memory: \(idle) MiB before, \(residentMemory("VmRSS")) MiB after, \(peak) MiB at most
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
                var report = workload.resource(number)
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

    // MARK: Figures

    private static func figure(_ value: Double) -> String { String(format: "%.2f", value) }
}
