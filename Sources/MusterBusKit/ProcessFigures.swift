// What the kernel says about a process: the only figures that mean the same for any program.

internal import Foundation
internal import Glibc

/// What a process has used so far.
public struct ProcessFigures: Sendable {
    /// Processor time of all its threads, also of those that have ended, in microseconds.
    public var processorTime: Double
    /// Memory that is resident, in bytes.
    public var residentBytes: Int

    /// Asks for a process.
    ///
    /// - Returns: `nil` when none of this id runs.
    public init?(of id: Int32) {
        // The process's own clock, because `/proc` counts in steps of 10 ms, which is too coarse
        // for runs of a second.
        var clock = clockid_t()
        var time = timespec()
        guard unsafe clock_getcpuclockid(id, &clock) == 0,
            unsafe clock_gettime(clock, &time) == 0,
            let memory = try? String(contentsOfFile: "/proc/\(id)/statm", encoding: .utf8),
            let pages = memory.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        processorTime = Double(time.tv_sec) * 1_000_000 + Double(time.tv_nsec) / 1000
        residentBytes = pages * sysconf(Int32(_SC_PAGESIZE))
    }
}

extension ChildProcess {
    /// Waits until the process uses next to no processor time: less than a twentieth of a core for
    /// a third of a second.
    public func awaitQuiet() throws {
        let step = Duration.milliseconds(50)
        var last = ProcessFigures(of: id)?.processorTime ?? 0
        var calm = 0
        try waitUntil("process \(id) to calm down", within: .seconds(60), step: step) {
            let now = ProcessFigures(of: id)?.processorTime ?? 0
            calm = now - last < step.inSeconds * 50_000 ? calm + 1 : 0
            last = now
            return calm >= 6
        }
    }
}
