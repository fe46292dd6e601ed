// What a registry holds: a name with its help and type, and a closure that tells its samples when
// somebody asks. How the numbers are kept is each metric's own business.

/// The type of a family, as Prometheus names it.
enum Kind: String, Sendable {
    case counter, gauge, histogram

    /// What may follow a family's name in the names of its samples. No two families may share one.
    var suffixes: [String] {
        switch self {
        case .counter: ["", "_total", "_created"]
        case .gauge: [""]
        case .histogram: ["", "_bucket", "_sum", "_count", "_created"]
        }
    }
}

/// A label with its value.
struct LabelPair: Hashable, Sendable {
    var name: String
    var value: String
}

/// One line of an exposition.
struct Sample: Sendable {
    /// What follows the family's name: `_bucket`, `_sum`, `_count` or nothing.
    var suffix = ""
    var labels: [LabelPair] = []
    /// The upper bound of a histogram's bucket, which is written as the last label.
    var upperBound: Double?
    var value: Double
}

/// A name with everything that is counted or measured under it.
struct Family: Sendable {
    let name: String
    let kind: Kind
    let help: String
    /// Called for each exposition.
    let samples: @Sendable () -> [Sample]

    /// The name without what a counter's samples end with: OpenMetrics speaks of families so.
    var stem: String {
        kind == .counter && name.hasSuffix("_total") ? String(name.dropLast(6)) : name
    }
}

/// The rules for names, which are Prometheus's own.
enum Name {
    /// Whether a text can be the name of a metric: letters, digits, `_` and `:`, no digit first.
    static func isMetric(_ text: String) -> Bool { isLabel(text.replacing(":", with: "_")) }

    /// Whether a text can be the name of a label: letters, digits and `_`, no digit first.
    static func isLabel(_ text: String) -> Bool {
        guard let first = text.utf8.first, !isDigit(first) else { return false }
        return text.utf8.allSatisfy { byte in
            isDigit(byte) || byte == UInt8(ascii: "_")
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
