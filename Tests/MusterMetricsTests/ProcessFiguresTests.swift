import Foundation
import Testing

@testable import MusterMetrics

@Suite("Figures of the process")
struct ProcessFiguresTests {
    private static let stat =
        "42 (a) S (b c) R 1 2 3 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 7 0 12345 999 1000 18446\n"

    @Test("They are read from the right fields, whatever the program is called")
    func fields() throws {
        let figures = try #require(
            ProcessFigures(
                stat: Self.stat,
                system: "cpu 1 2\nbtime 1700000000\nprocesses 5\n",
                ticks: 100,
                page: 4096
            )
        )
        #expect(figures.cpuSeconds == 3)
        #expect(figures.threads == 7)
        #expect(figures.startTime == 1_700_000_123.45)
        #expect(figures.residentBytes == 4_096_000)
    }

    @Test("What Linux does not write gives nothing")
    func malformed() {
        for (stat, system) in [
            ("", "btime 1"), ("1 (a) R 1 2", "btime 1"), (Self.stat, ""), (Self.stat, "btime x"),
        ] {
            #expect(
                ProcessFigures(stat: stat, system: system, ticks: 100, page: 4096) == nil,
                "\(stat)"
            )
        }
    }

    @Test("This process has used time and memory, and was started before now")
    func current() throws {
        let figures = try #require(ProcessFigures.current)
        #expect(figures.residentBytes > 1_000_000)
        #expect(figures.threads >= 1)
        let age = Date().timeIntervalSince1970 - figures.startTime
        // The system's start is told in whole seconds.
        #expect(age > -2 && age < 86_400)
        #expect(try #require(ProcessFigures.openFiles) >= 3)
        let registry = Registry()
        registry.observeProcess()
        let text = registry.exposition()
        for name in [
            "process_cpu_seconds_total", "process_resident_memory_bytes", "process_threads",
            "process_start_time_seconds", "process_open_fds",
        ] {
            #expect(text.contains("\n\(name) "), "\(name)")
        }
    }
}
