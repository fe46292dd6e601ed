// The worker on the bus, held against a loop in C that only consumes and produces: what a record
// costs, and how long one takes to become a command.
//
// Each run gets a broker of its own, because the one that is installed for tests gets slower with
// all it holds; against KAFKA_BOOTSTRAP each run gets topics and a group of its own. Runs of
// contenders take turns, so that a busy moment of the machine meets all.

internal import Foundation
internal import MusterBusKit

/// Measures throughput, cost and latency of the whole worker process.
enum BusBenchmark: Benchmark {
    static let name = "bus"
    static let purpose = "the worker on a broker, beside a bare consume-produce loop in C"

    static func run() throws {
        let flags = Flags(known: [
            "records", "rounds", "seconds", "guarantee", "only", "interval", "cases",
        ])
        let text = flags.text("guarantee", Guarantee.exactlyOnce.rawValue)
        guard let guarantee = Guarantee(rawValue: text) else {
            print("--guarantee takes exactly-once or at-least-once")
            exit(64)
        }
        let only = flags.text("only", "")
        if only != "latency" {
            try throughput(
                records: flags.number("records", 500_000),
                rounds: flags.number("rounds", 5),
                guarantee,
                interval: flags.number("interval", 50),
                cases: flags.number("cases", 3)
            )
        }
        if only != "throughput" {
            try latency(
                seconds: flags.number("seconds", 10),
                rounds: flags.number("rounds", 3),
                guarantee
            )
        }
    }

    private static func throughput(
        records: Int,
        rounds: Int,
        _ guarantee: Guarantee,
        interval: Int,
        cases count: Int
    ) throws {
        let all: [(name: String, contender: BusContender, period: Int?)] = [
            ("(i) bare loop", .bareLoop, nil),
            ("(ii) worker, nothing new", .worker, nil),
            ("(iii) worker, 1 in 100 decides", .worker, 100),
        ]
        let cases = all.prefix(max(1, count))
        say(
            "\(records) records of 300 bytes, 4 partitions, \(guarantee.rawValue), "
                + "commits each \(interval) ms, \(rounds) rounds"
        )
        var results = cases.map { _ in [Throughput]() }
        for round in 0..<rounds {
            for (index, one) in cases.enumerated() {
                let result = try ThroughputRun(
                    contender: one.contender,
                    guarantee: guarantee,
                    period: one.period,
                    records: records,
                    commitInterval: interval
                ).run()
                results[index].append(result)
                say(
                    "round \(round + 1)  \(pad(one.name, 32))\(whole(result.rate)) records/s"
                        + "\(fixed(result.cost)) µs/record"
                        + "  \(result.commands) out, \(result.decisive) decisive"
                )
            }
        }
        say("\n\(pad("median", 32))   records/s   of (i)   µs/record    of (i)")
        for (index, one) in cases.enumerated() {
            let rate = median(results[index].map(\.rate))
            let cost = median(results[index].map(\.cost))
            let rates = median(zip(results[index], results[0]).map { $0.rate / $1.rate })
            let costs = median(zip(results[index], results[0]).map { $0.cost / $1.cost })
            say(
                pad(one.name, 32) + whole(rate) + fixed(rates) + fixed(cost) + "  "
                    + fixed(costs)
            )
        }
    }

    private static func latency(seconds: Int, rounds: Int, _ guarantee: Guarantee) throws {
        say(
            "\n\(LatencyRun.rate) records/s for \(seconds) s, 1 in 10 decides, "
                + "\(guarantee.rawValue), \(rounds) rounds; ms from sending to a read-committed "
                + "consumer"
        )
        for interval in [10, 50, 100] {
            var medians: [BusContender: [Double]] = [:]
            var tails: [BusContender: [Double]] = [:]
            for _ in 0..<rounds {
                for contender in [BusContender.bareLoop, .worker] {
                    let result = try LatencyRun(
                        contender: contender,
                        guarantee: guarantee,
                        commitInterval: interval,
                        seconds: seconds
                    ).run()
                    medians[contender, default: []].append(result.quantile(0.5))
                    tails[contender, default: []].append(result.quantile(0.99))
                    say(
                        "commits each \(interval) ms  \(pad(contender.rawValue, 12))"
                            + "median\(fixed(result.quantile(0.5)))  p99"
                            + "\(fixed(result.quantile(0.99)))  "
                            + "\(result.sorted.count) of \(result.sent) seen"
                    )
                }
            }
            let added = zip(medians[.worker] ?? [], medians[.bareLoop] ?? []).map { $0 - $1 }
            say(
                "commits each \(interval) ms: medians of the rounds: bare loop"
                    + "\(fixed(median(medians[.bareLoop] ?? []))) (p99"
                    + "\(fixed(median(tails[.bareLoop] ?? [])))), worker"
                    + "\(fixed(median(medians[.worker] ?? []))) (p99"
                    + "\(fixed(median(tails[.worker] ?? [])))), added\(fixed(median(added)))"
            )
        }
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.sorted()[values.count / 2]
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text.padding(toLength: width, withPad: " ", startingAt: 0)
    }

    private static func whole(_ number: Double) -> String { String(format: "%12.0f", number) }
    private static func fixed(_ number: Double) -> String { String(format: "%9.2f", number) }
}
