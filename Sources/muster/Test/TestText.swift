// The results of tests as text: what failed and where, then counts.

import MusterPolicy
import MusterScenario

/// Writes results to a terminal.
struct TestText {
    let terminal: Terminal

    /// Writes the results of all files.
    func write(_ report: TestReport) {
        for file in report.files { write(file) }
        let passed = report.testCount - report.failureCount
        var parts = ["\(passed) passed"]
        if report.failureCount > 0 { parts.append("\(report.failureCount) failed") }
        if report.errorCount > 0 { parts.append("\(counted(report.errorCount, "file")) in error") }
        let verdict = parts.joined(separator: ", ")
        terminal.write(
            "\(counted(report.testCount, "test")) in \(counted(report.files.count, "file")): "
                + terminal.styled(verdict, report.isPassed ? .green : .red)
        )
    }

    private func write(_ file: TestReport.File) {
        let renderer = DiagnosticRenderer(sources: file.texts, isColored: terminal.hasColour)
        terminal.write(terminal.styled(file.path, .bold))
        for diagnostic in file.diagnostics { write(renderer.text(diagnostic)) }
        for test in file.tests {
            let isPassed = test.failures.isEmpty
            let mark =
                isPassed ? terminal.styled("ok  ", .green) : terminal.styled("FAIL", .red)
            terminal.write("  \(mark) \(test.name)")
            for failure in test.failures { write(renderer.text(failure)) }
        }
    }

    private func write(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            terminal.write(line.isEmpty ? "" : "       " + line)
        }
    }
}
