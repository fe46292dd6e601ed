// What a scrape reads, in the two text formats that Prometheus knows. Since Prometheus 3 a scrape
// fails where the content type does not say which of them it is.

/// A text format for metrics.
public enum ExpositionFormat: Hashable, Sendable, CaseIterable {
    /// Prometheus's own, version 0.0.4.
    case text
    /// OpenMetrics 1.0.0.
    case openMetrics

    /// What belongs into the header `Content-Type`.
    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// Chooses what a client prefers by its header `Accept`: OpenMetrics where it ranks it at least
    /// as high as plain text, and else plain text, which everybody reads.
    public static func preferred(accept: String?) -> ExpositionFormat {
        var openMetrics = 0.0
        var text = 0.0
        for range in (accept ?? "").split(separator: ",") {
            let parts = range.split(separator: ";").map { trimmed($0).lowercased() }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }
                .map { Double($0.dropFirst(2)) ?? 0 }
            switch parts.first {
            case "application/openmetrics-text":
                // There may be other versions one day, which this one does not write.
                let version = parts.dropFirst().first { $0.hasPrefix("version=") }
                guard version == nil || version == "version=1.0.0" else { continue }
                openMetrics = max(openMetrics, quality ?? 1)
            case "text/plain": text = max(text, quality ?? 1)
            default: continue
            }
        }
        return openMetrics > 0 && openMetrics >= text ? .openMetrics : .text
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return start.prefix(
            upTo: start.lastIndex { $0 != " " && $0 != "\t" }.map {
                start.index(after: $0)
            } ?? start.startIndex
        )
    }
}

extension Registry {
    /// All metrics as they stand, in the order of their names; families without any are left out.
    ///
    /// - Complexity: O(samples), with whatever observed metrics cost.
    public func exposition(as format: ExpositionFormat = .text) -> String {
        var writer = ExpositionWriter(format: format)
        for family in families { writer.write(family) }
        if format == .openMetrics { writer.text += "# EOF\n" }
        return writer.text
    }
}

/// Writes families as text.
private struct ExpositionWriter {
    let format: ExpositionFormat
    var text = ""

    mutating func write(_ family: Family) {
        let samples = family.samples()
        guard !samples.isEmpty else { return }
        let name = format == .openMetrics ? family.stem : family.name
        text += "# HELP \(name) \(escaped(family.help, quotes: format == .openMetrics))\n"
        text += "# TYPE \(name) \(family.kind.rawValue)\n"
        for sample in samples {
            text += family.name + sample.suffix
            writeLabels(of: sample)
            text += " \(Self.number(sample.value))\n"
        }
    }

    private mutating func writeLabels(of sample: Sample) {
        var pairs = sample.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
        if let bound = sample.upperBound { pairs.append("le=\"\(self.bound(bound))\"") }
        if !pairs.isEmpty { text += "{\(pairs.joined(separator: ","))}" }
    }

    /// OpenMetrics wants a bucket's bound to be written as a floating-point number.
    private func bound(_ value: Double) -> String {
        guard format == .openMetrics, value.isFinite else { return Self.number(value) }
        return "\(value)"
    }

    private func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// As Prometheus reads numbers; whole ones without a fraction.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return "\(value)"
    }
}
