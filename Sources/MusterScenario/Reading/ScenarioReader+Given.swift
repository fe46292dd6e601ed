// What is given: documents and reports, written in place or named by path.

import MusterEngine
import MusterMessages
import MusterModel
import MusterPolicy
import MusterYAML

/// Reports with the domain that they name.
struct DomainReports {
    var domain: DomainID?
    var reports: [Report]
}

extension ScenarioReader {
    // MARK: Documents

    /// The documents in force from the beginning.
    mutating func baseline(_ entry: Node.Entry?) -> Baseline {
        guard let entry else { return Baseline() }
        var baseline = Baseline()
        for case .set(let document, let source) in changes(entry.value, from: .file, in: nil) {
            baseline.entries.append(.init(document, source: source))
        }
        return baseline
    }

    /// What documents ask for; each is written in place, or a path leads to some.
    mutating func changes(
        _ node: Node,
        from origin: DocumentReader.Origin,
        in domain: DomainID?
    ) -> [ConfigurationChange] {
        var trees: [Node] = []
        for item in items(node) {
            if case .scalar(.string(let path), _, _) = item.content {
                trees += documents(at: path, item.span)
            } else {
                trees.append(item)
            }
        }
        let (changes, findings) = DocumentReader.read(
            trees,
            from: origin,
            expectedDomain: domain,
            zones: surroundings.zones
        )
        diagnostics += findings
        return changes
    }

    /// A list's elements, or the one value that stands without a list.
    private func items(_ node: Node) -> [Node] {
        if case .sequence(let nodes) = node.content { nodes } else { [node] }
    }

    private mutating func documents(at path: String, _ span: SourceSpan) -> [Node] {
        let path = resolved(path)
        guard let sources = surroundings.policies(path) else {
            error("no-such-file", "there is no file or folder `\(path)`", at: span)
            return []
        }
        if sources.isEmpty {
            error(
                "no-policies",
                "there is no policy file in `\(path)`",
                at: span,
                help: "policy files end in .yaml, .yml or .json"
            )
        }
        return sources.flatMap { source in
            texts[source.name] = source.bytes
            let (nodes, findings) = DocumentText(file: source.name, bytes: source.bytes).nodes()
            diagnostics += findings
            return findings.hasErrors ? [] : nodes
        }
    }

    // MARK: Reports

    /// Reports that are written in place, or that files with one event a line hold.
    mutating func domainReports(_ entry: Node.Entry?, at time: Instant) -> [DomainReports] {
        guard let entry else { return [] }
        return items(entry.value).flatMap { item in
            if case .scalar(.string(let path), _, _) = item.content {
                lines(at: path, time, item.span)
            } else {
                report(item, time)
            }
        }
    }

    private mutating func lines(
        at path: String,
        _ time: Instant,
        _ span: SourceSpan
    ) -> [DomainReports] {
        let path = resolved(path)
        guard let bytes = surroundings.reports(path) else {
            error("no-such-file", "there is no file `\(path)`", at: span)
            return []
        }
        texts[path] = bytes
        let decoder = AvailabilityDecoder()
        var found: [DomainReports] = []
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
            do {
                let event = try decoder.decode(Array(line), timestamp: time)
                found.append(DomainReports(domain: event.domain, reports: event.reports))
            } catch {
                let mark = Mark(line: number, column: 1 + (error.offset ?? 0))
                let end = Mark(line: number, column: mark.column + 1)
                self.error(
                    error.code.rawValue,
                    error.reason,
                    at: SourceSpan(source: path, start: mark, end: end),
                    help: error.help
                )
            }
        }
        return found
    }

    private mutating func report(_ node: Node, _ time: Instant) -> [DomainReports] {
        guard let entries = mapping(node, "a report, such as `{resource: vm-1}`, or a path") else {
            return []
        }
        checkKeys(entries, known: AvailabilityDecoder.fields, of: "a report")
        do {
            let event = try AvailabilityDecoder().decode(node, timestamp: time)
            let reports = event.reports.flatMap { expanded($0) }
            return [DomainReports(domain: event.domain, reports: reports)]
        } catch {
            let place = error.path.split(separator: "/").reduce(node) { $0.child(String($1)) }
            self.error(error.code.rawValue, error.reason, at: place.span, help: error.help)
            return []
        }
    }

    /// `{1..12}` in a resource's name stands for a report of each: `{01..12}` keeps the zeros.
    private func expanded(_ report: Report) -> [Report] {
        guard case .observed(let resource) = report,
            let (prefix, numbers, suffix) = Self.range(in: resource.id.name)
        else { return [report] }
        return numbers.map { number in
            var copy = resource
            copy.id = ResourceID(prefix + number + suffix)
            return .observed(copy)
        }
    }

    private static func range(in name: String) -> (String, [String], String)? {
        guard let open = name.firstIndex(of: "{"), let close = name.lastIndex(of: "}"),
            open < close
        else { return nil }
        let inner = name[name.index(after: open)..<close]
        let ends = inner.split(separator: ".", omittingEmptySubsequences: false)
        guard ends.count == 3, ends[1].isEmpty, let first = Int(ends[0]), let last = Int(ends[2]),
            first >= 0, first <= last, last - first < 100_000
        else { return nil }
        let width = ends[0].hasPrefix("0") ? ends[0].count : 0
        let numbers = (first...last).map { number in
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return (String(name[..<open]), numbers, String(name[name.index(after: close)...]))
    }
}

extension Node {
    /// What stands below one step of a JSON Pointer; the node itself where nothing does.
    fileprivate func child(_ token: String) -> Node {
        switch content {
        case .mapping: return self[token] ?? self
        case .sequence(let nodes):
            guard let index = Int(token), nodes.indices.contains(index) else { return self }
            return nodes[index]
        case .scalar: return self
        }
    }
}
