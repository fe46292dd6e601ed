// A file of availability events, one a line, as `plan` reads it.

import ArgumentParser
import Foundation
import MusterMessages
import MusterModel

/// The reports of a file, by domain.
struct ResourceFile {
    /// Reports in the order of the file.
    private(set) var reports: [DomainID: [Report]] = [:]
    /// What is wrong, a line each.
    private(set) var problems: [String] = []

    /// Reads a file, or standard input for `-`. Empty lines are passed over.
    init(path: String, timestamp: Instant) {
        let name = path == "-" ? "standard input" : path
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try InputFile.bytesOrInput(at: path)
        } catch {
            problems.append("error: \(error)")
            return
        }
        let decoder = AvailabilityDecoder()
        var start = 0
        var line = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            line += 1
            defer { start = end + 1 }
            let text = start..<end
            if bytes[text].allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
            do {
                let event = try decoder.decode(bytes, in: text, timestamp: timestamp)
                guard let domain = event.domain else {
                    fail(name, line, "the event names no domain; add \"domain\": \"…\"")
                    continue
                }
                reports[domain, default: []] += event.reports
            } catch {
                fail(name, line, "\(error)")
            }
        }
    }

    private mutating func fail(_ file: String, _ line: Int, _ message: String) {
        problems.append("error: \(file):\(line): \(message)")
    }

    /// Shows what is wrong on standard error.
    ///
    /// - Throws: the exit status for invalid input when something is.
    func requireValid() throws {
        for problem in problems.prefix(20) { Terminal.error.write(problem) }
        if problems.count > 20 { Terminal.error.write("and \(problems.count - 20) more") }
        if !problems.isEmpty { throw ExitCode.invalidInput }
    }
}
