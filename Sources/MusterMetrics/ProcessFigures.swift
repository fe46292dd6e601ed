// What the system knows of the process, under the names that Prometheus's own client libraries
// use, so that common dashboards show them. Linux tells it in /proc; elsewhere there is nothing.

internal import Foundation

/// Figures of a process at a moment.
public struct ProcessFigures: Hashable, Sendable {
    /// Processor time used, in seconds.
    public var cpuSeconds: Double
    /// Memory that is really there, in bytes.
    public var residentBytes: Double
    /// Threads.
    public var threads: Double
    /// When it was started, in seconds since 1970.
    public var startTime: Double

    /// Reads them from the texts of `/proc/self/stat` and `/proc/stat`; `nil` when those are not
    /// what Linux writes.
    ///
    /// - Parameters:
    ///   - stat: The former.
    ///   - system: The latter, for the time when the system was started.
    ///   - ticks: Clock ticks a second.
    ///   - page: Bytes in a page of memory.
    init?(stat: String, system: String, ticks: Double, page: Double) {
        // The second field is the program's name in parentheses, which may hold anything.
        guard let name = stat.lastIndex(of: ")") else { return nil }
        // From the third on, which has the index 0.
        let fields = stat[name...].dropFirst().split { $0 == " " || $0 == "\n" }
        func field(_ number: Int) -> Double? {
            fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil
        }
        let boot = system.split(separator: "\n").first { $0.hasPrefix("btime ") }
            .flatMap { Double($0.dropFirst(6)) }
        guard let user = field(14), let kernel = field(15), let threads = field(20),
            let start = field(22), let pages = field(24), let boot
        else { return nil }
        cpuSeconds = (user + kernel) / ticks
        residentBytes = pages * page
        self.threads = threads
        startTime = boot + start / ticks
    }

    /// Those of this process, or `nil` where there is no `/proc`.
    public static var current: ProcessFigures? {
        guard let stat = contents("/proc/self/stat"), let system = contents("/proc/stat") else {
            return nil
        }
        return ProcessFigures(
            stat: stat,
            system: system,
            ticks: Double(sysconf(Int32(_SC_CLK_TCK))),
            page: Double(sysconf(Int32(_SC_PAGESIZE)))
        )
    }

    /// How many files, connections and the like this process has open.
    public static var openFiles: Int? {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        // One of them is for looking.
        return names.map { max(0, $0.count - 1) }
    }

    private static func contents(_ path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path),
            let bytes = try? file.readToEnd()
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Registry {
    /// Registers the figures of this process under `process_`.
    public func observeProcess() {
        observeCounter(
            "process_cpu_seconds_total",
            help: "Total user and system CPU time spent in seconds."
        ) { ProcessFigures.current?.cpuSeconds }
        observeGauge(
            "process_resident_memory_bytes",
            help: "Resident memory size in bytes."
        ) { ProcessFigures.current?.residentBytes }
        observeGauge("process_threads", help: "Number of OS threads in the process.") {
            ProcessFigures.current?.threads
        }
        observeGauge(
            "process_start_time_seconds",
            help: "Start time of the process since unix epoch in seconds."
        ) { ProcessFigures.current?.startTime }
        observeGauge("process_open_fds", help: "Number of open file descriptors.") {
            ProcessFigures.openFiles.map(Double.init)
        }
    }
}
