// A number that stands for bytes, so that what was seen before is known again without keeping it.

/// A hash of 128 bits: bytes with equal fingerprints are taken for equal.
///
/// The function is the body of MurmurHash3 for 128 bits (Austin Appleby), with lengths mixed in
/// instead of its end. Like Swift's own hashes it begins with chance that each process draws for
/// itself, so that nobody can prepare names that hinder each other: what is found by it must never
/// depend on its value.
public struct Fingerprint: Hashable, Sendable {
    private var low: UInt64
    private var high: UInt64

    /// Stands for nothing.
    public static let none = Fingerprint(low: 0, high: 0)

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    private static let seed = (
        low: UInt64.random(in: 1 ... .max), high: UInt64.random(in: 1 ... .max)
    )

    /// Of no bytes yet.
    @inline(__always)
    public init() { self.init(low: Self.seed.low, high: Self.seed.high) }

    /// Of these bytes.
    public init(of bytes: Span<UInt8>) {
        self.init()
        mix(bytes)
    }

    /// Takes in bytes, which are not the same as other bytes under another `tag`.
    ///
    /// - Complexity: O(bytes), eight at a time.
    @inline(__always)
    public mutating func mix(_ bytes: Span<UInt8>, tag: UInt8 = 0) {
        let count = bytes.count
        mix(UInt64(truncatingIfNeeded: count) &<< 8 | UInt64(tag), Self.head(of: bytes))
        var at = 8
        while at &+ 8 <= count {
            mix(bytes.word(at: at), bytes.word(at: min(at &+ 8, count &- 8)))
            at &+= 16
        }
        guard at < count else { return }
        mix(bytes.word(at: count &- 8), 0)
    }

    /// The first eight bytes, or as many as there are.
    @inline(__always)
    private static func head(of bytes: Span<UInt8>) -> UInt64 {
        guard bytes.count < 8 else { return bytes.word(at: 0) }
        var word: UInt64 = 0
        for index in bytes.indices { word = word << 8 | UInt64(bytes[index]) }
        return word
    }

    /// A number for tables: its low bits are as good as its high ones.
    @inline(__always)
    public var bucket: UInt64 {
        var word = low ^ high.rotated(by: 32)
        word = (word ^ word &>> 33) &* 0xFF51_AFD7_ED55_8CCD
        word = (word ^ word &>> 33) &* 0xC4CE_B9FE_1A85_EC53
        return word ^ word &>> 33
    }

    @inline(__always)
    private mutating func mix(_ first: UInt64, _ second: UInt64) {
        let multipliers: (UInt64, UInt64) = (0x87C3_7B91_1142_53D5, 0x4CF5_AD43_2745_937F)
        low ^= (first &* multipliers.0).rotated(by: 31) &* multipliers.1
        low = (low.rotated(by: 27) &+ high) &* 5 &+ 0x52DC_E729
        high ^= (second &* multipliers.1).rotated(by: 33) &* multipliers.0
        high = (high.rotated(by: 31) &+ low) &* 5 &+ 0x3849_5AB5
    }
}

extension Span<UInt8> {
    /// Whether these are the same bytes as others.
    ///
    /// - Complexity: O(bytes), eight at a time.
    @inline(__always)
    public func hasBytes(of other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard count >= 8 else {
            for index in indices where self[index] != other[index] { return false }
            return true
        }
        var at = 0
        while at &+ 8 < count {
            guard word(at: at) == other.word(at: at) else { return false }
            at &+= 8
        }
        return word(at: count &- 8) == other.word(at: count &- 8)
    }

    /// The eight bytes from a place on, of which there must be as many.
    @inline(__always)
    fileprivate func word(at place: Int) -> UInt64 {
        // Any eight bytes are a valid integer, and the callers check the bounds.
        unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian
    }
}

extension UInt64 {
    @inline(__always)
    fileprivate func rotated(by count: UInt64) -> UInt64 { self &<< count | self &>> (64 &- count) }
}
