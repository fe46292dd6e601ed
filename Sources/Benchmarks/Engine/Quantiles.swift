// Many short times, and what is said of them.

internal import Dispatch
internal import Foundation

/// Times in nanoseconds.
struct Quantiles {
    private var times: [Int64] = []
    private var isSorted = true

    init(capacity: Int = 0) { times.reserveCapacity(capacity) }

    var count: Int { times.count }

    mutating func add(_ nanoseconds: Int64) {
        times.append(nanoseconds)
        isSorted = false
    }

    /// The time that this share of all does not exceed; 0 where there are none.
    mutating func quantile(_ share: Double) -> Int64 {
        if !isSorted {
            times.sort()
            isSorted = true
        }
        guard !times.isEmpty else { return 0 }
        return times[min(times.count - 1, Int(share * Double(times.count)))]
    }

    /// The median, the 99th percentile and the longest, in words.
    mutating func words() -> String {
        "p50 \(Self.words(quantile(0.5))), p99 \(Self.words(quantile(0.99))), "
            + "longest \(Self.words(quantile(1)))"
    }

    static func words(_ nanoseconds: Int64) -> String {
        let value = Double(nanoseconds)
        return switch nanoseconds {
        case ..<10_000: "\(nanoseconds) ns"
        case ..<10_000_000: String(format: "%.1f µs", value / 1e3)
        default: String(format: "%.1f ms", value / 1e6)
        }
    }
}

/// Nanoseconds on a clock that only goes forward.
func nanoseconds() -> Int64 { Int64(DispatchTime.now().uptimeNanoseconds) }

/// Nanoseconds that this thread has had a processor.
func ownNanoseconds() -> Int64 { Int64(threadSeconds() * 1e9) }
