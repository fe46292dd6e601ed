// What the benchmarks share: how to find one, how to time it, how to say what came out.

internal import Foundation

/// A benchmark that the command line can name.
protocol Benchmark {
    /// The name on the command line.
    static var name: String { get }
    /// What it measures, in one line.
    static var purpose: String { get }
    /// Measures and prints.
    static func run() throws
}

/// Something to be timed against others.
struct Contender {
    let name: String
    /// Does the work once and returns how many operations that were.
    let work: () throws -> Int
}

/// How fast a contender was.
struct Rate {
    let name: String
    /// Operations in each second of one core's time: the median of the runs.
    let median: Double
    let slowest: Double
    let fastest: Double
    /// How many times as fast as the first contender: the median of the rounds, each compared with
    /// itself only, because a machine that others use changes its speed between rounds.
    let ratio: Double
}

/// Times contenders in turn, `runs` times each, so that a busy moment of the machine meets all.
///
/// Time is the thread's own processor time, which other processes do not add to.
func compare(_ contenders: [Contender], runs: Int) throws -> [Rate] {
    var rates = contenders.map { _ in [Double]() }
    for contender in contenders { _ = try contender.work() }
    for _ in 0..<runs {
        for (index, contender) in contenders.enumerated() {
            let start = threadSeconds()
            let operations = try contender.work()
            rates[index].append(Double(operations) / (threadSeconds() - start))
        }
    }
    return zip(contenders, rates).map { contender, own in
        let sorted = own.sorted()
        let ratios = zip(own, rates[0]).map { $0 / $1 }.sorted()
        return Rate(
            name: contender.name,
            median: sorted[runs / 2],
            slowest: sorted[0],
            fastest: sorted[runs - 1],
            ratio: ratios[runs / 2]
        )
    }
}

/// A figure of a process in MiB, as the kernel counts it, or 0; of this one, unless told otherwise.
func residentMemory(_ field: String, of process: Int32 = getpid()) -> Int {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
    return (Int(line.filter(\.isNumber)) ?? 0) / 1024
}

/// Prints a table with a line for each contender; `unit` says what was counted.
func printTable(_ rates: [Rate], unit: String) {
    let width = (rates.map(\.name.count).max() ?? 0) + 2
    func row(_ name: String, _ cells: [String]) {
        let padding = String(repeating: " ", count: max(0, width - name.count))
        let columns = cells.map { String(repeating: " ", count: max(0, 12 - $0.count)) + $0 }
        print(name + padding + columns.joined())
    }
    row(unit, ["median", "slowest", "fastest", "ratio"])
    for rate in rates {
        let cells = [rate.median, rate.slowest, rate.fastest].map { String(Int($0)) }
        let ratio = String(format: "%.1f", rate.ratio)
        row(rate.name, cells + [ratio])
    }
}

/// The processor time that this thread has had.
func threadSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
