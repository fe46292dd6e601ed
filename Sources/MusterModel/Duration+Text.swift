// Durations as people write them in events, policies and settings.

extension Duration {
    /// Reads a whole number with a unit: `500ms`, `30s`, `5m`, `2h` or `7d`.
    ///
    /// - Returns: `nil` for any other text, a negative number, or one out of range.
    public init?(text: some StringProtocol) {
        let utf8 = Array(text.utf8)
        let digits = utf8.prefix { (48...57).contains($0) }
        guard !digits.isEmpty, let amount = Int64(String(decoding: digits, as: UTF8.self))
        else { return nil }
        let factor: Int64
        switch String(decoding: utf8.dropFirst(digits.count), as: UTF8.self) {
        case "ms": factor = 1
        case "s": factor = 1000
        case "m": factor = 60_000
        case "h": factor = 3_600_000
        case "d": factor = 86_400_000
        default: return nil
        }
        let (ms, overflow) = amount.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        self = .milliseconds(ms)
    }

    /// The largest unit that expresses the duration in whole numbers, as ``init(text:)`` reads it.
    public var text: String {
        let ms = milliseconds
        for (factor, unit) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")]
        where ms != 0 && ms % Int64(factor) == 0 {
            return "\(ms / Int64(factor))\(unit)"
        }
        return "\(ms)ms"
    }
}
