// A file of availability events, one a line, as `plan` reads it.

import ArgumentParser
import Foundation
import MusterMessages
import MusterModel
import MusterPolicy

/// The reports of a file, by domain.
struct ResourceFile {
    /// What people call it.
    let name: String
    /// Reports in the order of the file.
    private(set) var reports: [DomainID: [Report]] = [:]
    /// What is wrong, a line each.
    private(set) var problems: [String] = []
    /// What may be a slip and does no harm, a line each.
    private(set) var warnings: [String] = []

    /// Reads a file, or standard input for `-`. Empty lines are passed over.
    init(path: String, timestamp: Instant) {
        name = path == "-" ? "standard input" : path
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try InputFile.bytesOrInput(at: path)
        } catch {
            problems.append("error: \(error)")
            return
        }
        if let line = Self.beginningOfDocument(in: bytes) {
            fail(line, "this is a document of the policy language, not an event")
            problems.append(
                "  help: --policies names policies, --resources a file of events, "
                    + "one JSON object a line"
            )
            return
        }
        if let (line, filter) = Self.otherForm(of: bytes) {
            fail(line, "an event is one JSON object on one line of its own")
            problems.append("  help: `jq -c '\(filter)' FILE` writes it so")
            return
        }
        read(bytes, timestamp)
    }

    private mutating func read(_ bytes: [UInt8], _ timestamp: Instant) {
        let decoder = AvailabilityDecoder()
        var unknown: [String: (line: Int, count: Int)] = [:]
        var start = 0
        var line = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            line += 1
            defer { start = end + 1 }
            let text = start..<end
            if bytes[text].allSatisfy(Self.space.contains) { continue }
            do {
                let event = try decoder.decode(bytes, in: text, timestamp: timestamp)
                for field in decoder.unknownFields(bytes, in: text) {
                    unknown[field, default: (line, 0)].count += 1
                }
                guard let domain = event.domain else {
                    fail(line, "the event names no domain; add \"domain\": \"…\"")
                    continue
                }
                reports[domain, default: []] += event.reports
            } catch {
                fail(line, "\(error)")
            }
        }
        if reports.isEmpty, problems.isEmpty {
            warnings.append("warning: \(name): there are no events in it, so nothing is registered")
        }
        let inOrder = unknown.sorted { ($0.value.line, $0.key) < ($1.value.line, $1.key) }
        for (field, place) in inOrder { warn(of: field, at: place.line, count: place.count) }
    }

    private static let space: [UInt8] = [0x20, 0x09, 0x0D, 0x0A]

    /// Where the file begins with a list, or with an object that goes on over further lines, and
    /// the filter by which `jq` makes lines of that.
    private static func otherForm(of bytes: [UInt8]) -> (line: Int, filter: String)? {
        guard let start = bytes.firstIndex(where: { !space.contains($0) }) else { return nil }
        let line = 1 + bytes[..<start].count { $0 == UInt8(ascii: "\n") }
        if bytes[start] == UInt8(ascii: "[") { return (line, ".[]") }
        guard bytes[start] == UInt8(ascii: "{") else { return nil }
        let rest = bytes[(start + 1)...].prefix { $0 != UInt8(ascii: "\n") }
        return rest.allSatisfy(space.contains) ? (line, ".") : nil
    }

    /// The line where a file begins that holds documents: YAML that says its version or its kind.
    private static func beginningOfDocument(in bytes: [UInt8]) -> Int? {
        var line = 0
        var start = 0
        while start < bytes.count {
            let text = bytes[start...].prefix { $0 != UInt8(ascii: "\n") }
            start = text.endIndex + 1
            line += 1
            let isPassedOver =
                text.allSatisfy(space.contains) || text.first == UInt8(ascii: "#")
                || text.starts(with: "---".utf8)
            if isPassedOver { continue }
            let isDocument = ["apiVersion:", "kind:"].contains { text.starts(with: $0.utf8) }
            return isDocument ? line : nil
        }
        return nil
    }

    private mutating func fail(_ line: Int, _ message: String) {
        problems.append("error: \(name):\(line): \(message)")
    }

    /// Says of a field that is nearly one that counts what it was probably meant to be. Others are
    /// allowed, as producers may say more than is of use here.
    private mutating func warn(of field: String, at line: Int, count: Int) {
        guard let meant = Spelling.nearest(to: field, among: AvailabilityDecoder.fields) else {
            return
        }
        let often = count > 1 ? ", here and \(counted(count - 1, "more time"))" : ""
        warnings.append(
            "warning: \(name):\(line): the field `\(field)` is passed over\(often); "
                + "did you mean `\(meant)`?"
        )
    }

    /// Shows what is wrong, and what may be, on standard error.
    ///
    /// - Throws: the exit status for invalid input when something is.
    func requireValid() throws {
        for problem in problems.prefix(20) { Terminal.error.write(problem) }
        if problems.count > 20 { Terminal.error.write("and \(problems.count - 20) more") }
        if !problems.isEmpty { throw ExitCode.invalidInput }
        for warning in warnings { Terminal.error.write(warning) }
    }

    /// Says on standard error where documents and reports are about different domains.
    ///
    /// - Returns: how many warnings that made.
    @discardableResult
    func warnOfStrangers(to documents: [Document]) -> Int {
        let named = Set(documents.compactMap(\.domain))
        guard !documents.contains(where: { $0.domain == nil && $0.kind == .policy }) else {
            return 0
        }
        let missing = named.subtracting(reports.keys).sorted()
        let strangers = Set(reports.keys).subtracting(named).sorted()
        guard let first = missing.first, let other = strangers.first else { return 0 }
        let more = strangers.count > 1 ? " and \(strangers.count - 1) more" : ""
        Terminal.error.write(
            "warning: documents are for domain `\(first)`, of which \(name) reports nothing; "
                + "it reports of domain `\(other)`\(more), for which there is no document"
        )
        return 1
    }
}
