// Wrong answers on purpose. Whatever the floating point arithmetic does, only time may be lost.

extension Simplex {
    /// Replaces what the last solve found by noise, infinities and things that are no numbers.
    mutating func distort(seed: UInt64) -> Result {
        var state = seed | 1
        func noise() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            switch state % 16 {
            case 0: return .nan
            case 1: return .infinity
            case 2: return -.infinity
            case 3: return 0x1p70
            case 4, 5: return -Double(state % 1000) / 7
            case 6...9: return 0
            default: return Double(state % 1000) / Double(1 + state % 64)
            }
        }
        for row in 0..<rows { multipliers[row] = noise() }
        for column in 0..<columns {
            value[column] = noise()
            trueReducedCost[column] = noise()
        }
        bound = noise()
        isFresh = false
        switch state % 4 {
        case 0: return .optimal
        case 1: return .infeasible
        case 2: return .beyondCutoff
        default: return .failed
        }
    }
}
