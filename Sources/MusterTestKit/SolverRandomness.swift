// Chance that repeats: the same seed gives the same problems on every machine.

/// The generator SplitMix64 of Steele, Lea and Flood.
public struct SolverRandomness: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Makes a generator for a seed.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number of the range.
    public mutating func pick(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// True so many times in a hundred.
    public mutating func chance(_ percent: Int) -> Bool { pick(1...100) <= percent }

    /// An element; there must be one.
    public mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[pick(0...elements.count - 1)]
    }
}
