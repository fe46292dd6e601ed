// RFC 3339 both ways, without a calendar library: the core imports none, and the civil-day
// arithmetic is a few lines (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").

extension Instant {
    /// Reads a date and time such as `2026-11-23T12:00:00.250+01:00`.
    ///
    /// A lower-case `t` or `z` is accepted, as is a leap second (`:60`), which becomes the next
    /// minute's first. Digits beyond milliseconds are dropped.
    ///
    /// - Returns: `nil` when the text is not a valid date and time with an offset.
    public init?(rfc3339 text: some StringProtocol) {
        self.init(rfc3339: Array(text.utf8).span)
    }

    /// Reads a date and time from its bytes, as ``init(rfc3339:)-(StringProtocol)`` does from text.
    public init?(rfc3339 utf8: Span<UInt8>) {
        var reader = Reader()
        guard let year = reader.digits(4, of: utf8), reader.take("-", of: utf8),
            let month = reader.digits(2, of: utf8), reader.take("-", of: utf8),
            let day = reader.digits(2, of: utf8),
            reader.take("T", of: utf8) || reader.take("t", of: utf8),
            let hour = reader.digits(2, of: utf8), reader.take(":", of: utf8),
            let minute = reader.digits(2, of: utf8), reader.take(":", of: utf8),
            let second = reader.digits(2, of: utf8)
        else { return nil }
        guard (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year),
            hour <= 23, minute <= 59, second <= 60
        else { return nil }
        guard let fraction = reader.fraction(of: utf8), let offset = reader.offset(of: utf8),
            reader.index == utf8.count
        else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        self.init(milliseconds: Int64(seconds * 1000 + fraction))
    }

    /// The instant in UTC, with milliseconds only where they are not zero.
    public var rfc3339: String {
        let ms = Int(milliseconds)
        let days = ms.quotient(dividingBy: 86_400_000)
        // Not the difference to the day's start, which may lie before the first instant.
        var rest = (ms % 86_400_000 + 86_400_000) % 86_400_000
        let (year, month, day) = Self.civil(days: days)
        let millis = rest % 1000
        rest /= 1000
        var text = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T"
        text += "\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))"
        if millis != 0 { text += ".\(pad(millis, 3))" }
        return text + "Z"
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 of a proleptic Gregorian date.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = y.quotient(dividingBy: 400)
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let z = days + 719_468
        let era = z.quotient(dividingBy: 146_097)
        let dayOfEra = z - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

private func pad(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

extension Int {
    /// The quotient rounded towards negative infinity.
    fileprivate func quotient(dividingBy divisor: Int) -> Int {
        let (q, r) = quotientAndRemainder(dividingBy: divisor)
        return r < 0 ? q - 1 : q
    }
}

/// Walks over the bytes of a date, which each step is given: a span cannot be kept.
private struct Reader {
    var index = 0

    mutating func take(_ character: Unicode.Scalar, of bytes: Span<UInt8>) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    mutating func digit(of bytes: Span<UInt8>) -> Int? {
        guard index < bytes.count, (48...57).contains(bytes[index]) else { return nil }
        index += 1
        return Int(bytes[index - 1]) - 48
    }

    mutating func digits(_ count: Int, of bytes: Span<UInt8>) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let next = digit(of: bytes) else { return nil }
            value = value * 10 + next
        }
        return value
    }

    /// Milliseconds, 0 when there is no fraction; `nil` when a point has no digits behind it.
    mutating func fraction(of bytes: Span<UInt8>) -> Int? {
        guard take(".", of: bytes) else { return 0 }
        var value = 0
        var count = 0
        while let next = digit(of: bytes) {
            if count < 3 { value = value * 10 + next }
            count += 1
        }
        guard count > 0 else { return nil }
        while count < 3 {
            value *= 10
            count += 1
        }
        return value
    }

    /// Minutes east of UTC.
    mutating func offset(of bytes: Span<UInt8>) -> Int? {
        if take("Z", of: bytes) || take("z", of: bytes) { return 0 }
        let sign = take("+", of: bytes) ? 1 : take("-", of: bytes) ? -1 : 0
        guard sign != 0, let hours = digits(2, of: bytes), take(":", of: bytes),
            let minutes = digits(2, of: bytes), hours <= 23, minutes <= 59
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
