// The things that are written to while the program works. Each is a few atomics, so that counting
// costs nanoseconds and waits for nobody, on any thread.

internal import Synchronization

/// A number that only grows.
public final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    init() {}

    /// Adds to it; `amount` is at least 0.
    public func increment(by amount: Int = 1) {
        precondition(amount >= 0, "a counter cannot shrink")
        count.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    /// What it has come to.
    public var value: Int { Int(clamping: count.load(ordering: .relaxed)) }
}

/// A number that goes up and down.
public final class Gauge: Sendable {
    private let number = AtomicDouble()

    init() {}

    /// Sets it.
    public func set(_ value: Double) { number.store(value) }

    /// Sets it to a whole number.
    public func set(_ value: Int) { number.store(Double(value)) }

    /// Adds to it, or takes away.
    public func add(_ amount: Double) { number.add(amount) }

    /// What it stands at.
    public var value: Double { number.load() }
}

/// How often values fell at or below each of some bounds, and what they make together.
public final class Histogram: Sendable {
    /// The bounds of buckets, growing; values above the last are counted as well.
    public let bounds: [Double]
    /// One for each bound, and one for what lies above.
    private let buckets: [Counter]
    private let total = AtomicDouble()

    init(bounds: [Double]) {
        precondition(!bounds.isEmpty && bounds.allSatisfy(\.isFinite), "a bound must be finite")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds must grow")
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    /// Takes in a value; what is not a number is passed over, because it would spoil the sum.
    ///
    /// - Complexity: O(bounds).
    public func observe(_ value: Double) {
        guard !value.isNaN else { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        buckets[index].increment()
        total.add(value)
    }

    /// Takes in a duration, in seconds.
    public func observe(_ duration: Duration) { observe(duration.inSeconds) }

    /// How many values there were.
    public var count: Int { buckets.reduce(0) { $0 + $1.value } }

    /// What they make together.
    public var sum: Double { total.load() }

    /// Bounds for durations from half a millisecond to ten seconds, in seconds.
    public static let durations: [Double] = [
        0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// Bounds for numbers of things, from 1 to 100,000.
    public static let counts: [Double] = [
        1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000,
    ]

    /// The buckets are read one by one, so values that come meanwhile may be in some and not in
    /// others; the count is made of the same reading and always agrees with them.
    func samples(_ labels: [LabelPair] = []) -> [Sample] {
        var running = 0
        var samples: [Sample] = []
        for (bound, bucket) in zip(bounds + [.infinity], buckets) {
            running += bucket.value
            samples.append(
                Sample(
                    suffix: "_bucket",
                    labels: labels,
                    upperBound: bound,
                    value: Double(running)
                )
            )
        }
        samples.append(Sample(suffix: "_sum", labels: labels, value: sum))
        samples.append(Sample(suffix: "_count", labels: labels, value: Double(running)))
        return samples
    }
}

extension Duration {
    /// In seconds, which Prometheus measures everything in.
    public var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// A floating-point number that several threads add to.
private struct AtomicDouble: ~Copyable, Sendable {
    private let bits = Atomic<UInt64>(0)

    func load() -> Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func store(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let result = bits.weakCompareExchange(
                expected: old,
                desired: new,
                ordering: .relaxed
            )
            if result.exchanged { return }
            old = result.original
        }
    }
}
