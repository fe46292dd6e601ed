// Where all metrics of a program are made, so that no name is given twice, and from where they are
// read. A mistake in a name is ours and ends the program at its start, before it could confuse a
// dashboard.

internal import Synchronization

/// All metrics of a program, or of a part of it.
///
/// Every `make` registers a family of metrics: its name is Prometheus's (`muster_records_total`),
/// in base units, and may be given once; its help says what is counted, in one sentence.
public final class Registry: Sendable {
    private struct State {
        var families: [String: Family] = [:]
        /// The names of all samples that families may have, with the families' own.
        var taken: Set<String> = []
    }

    private let state = Mutex(State())

    /// Makes an empty registry.
    public init() {}

    /// Makes a counter; its name ends with `_total`.
    public func makeCounter(_ name: String, help: String) -> Counter {
        let counter = Counter()
        register(name, .counter, help) { [Sample(value: Double(counter.value))] }
        return counter
    }

    /// Makes a counter for each value of a label.
    ///
    /// - Parameters:
    ///   - name: Ends with `_total`.
    ///   - help: What is counted.
    ///   - label: The label's name.
    ///   - values: The values that there can ever be, with the texts that stand for them. Those
    ///     with the same text share a counter.
    /// - Returns: the counters, all at zero.
    public func makeCounters<Key: Hashable & Sendable>(
        _ name: String,
        help: String,
        label: String,
        values: [(key: Key, text: String)]
    ) -> CounterSet<Key> {
        Self.check(labels: [label])
        var byText: [String: Counter] = [:]
        for text in values.map(\.text) where byText[text] == nil { byText[text] = Counter() }
        let counters = byText.sorted { $0.key < $1.key }
        register(name, .counter, help) {
            counters.map { text, counter in
                Sample(
                    labels: [LabelPair(name: label, value: text)],
                    value: Double(counter.value)
                )
            }
        }
        let keyed = values.map { ($0.key, byText[$0.text, default: Counter()]) }
        return CounterSet(Dictionary(uniqueKeysWithValues: keyed))
    }

    /// Makes a counter for each case of a type whose cases are the values of a label.
    public func makeCounters<Key: CaseIterable & RawRepresentable<String> & Hashable & Sendable>(
        _ name: String,
        help: String,
        label: String,
        of type: Key.Type = Key.self
    ) -> CounterSet<Key> {
        makeCounters(
            name,
            help: help,
            label: label,
            values: Key.allCases.map { ($0, $0.rawValue) }
        )
    }

    /// Makes a gauge.
    public func makeGauge(_ name: String, help: String) -> Gauge {
        let gauge = Gauge()
        register(name, .gauge, help) { [Sample(value: gauge.value)] }
        return gauge
    }

    /// Makes gauges for things that come and go.
    ///
    /// - Parameters:
    ///   - name: What is measured.
    ///   - help: The same in a sentence.
    ///   - labels: The names of labels.
    ///   - limit: How many things there may be; further ones are left out.
    ///   - values: The values of the labels, in their order, for a key.
    /// - Returns: the gauges, none at first.
    public func makeGauges<Key: Comparable & Hashable & Sendable>(
        _ name: String,
        help: String,
        labels: [String],
        limit: Int,
        values: @escaping @Sendable (Key) -> [String]
    ) -> GaugeSet<Key> {
        Self.check(labels: labels)
        let gauges = GaugeSet<Key>(limit: limit)
        register(name, .gauge, help) {
            gauges.all.map { key, value in
                let pairs = zip(labels, values(key)).map { LabelPair(name: $0, value: $1) }
                return Sample(labels: pairs, value: value)
            }
        }
        return gauges
    }

    /// Makes a histogram.
    ///
    /// - Parameters:
    ///   - name: What is measured, with its unit last: `_seconds`, `_bytes`.
    ///   - help: The same in a sentence.
    ///   - bounds: The upper bounds of its buckets, growing.
    /// - Returns: the histogram, empty.
    public func makeHistogram(_ name: String, help: String, bounds: [Double]) -> Histogram {
        let histogram = Histogram(bounds: bounds)
        register(name, .histogram, help) { histogram.samples() }
        return histogram
    }

    /// Registers a gauge that is asked for its value when somebody reads; one that answers `nil`
    /// is left out.
    public func observeGauge(
        _ name: String,
        help: String,
        value: @escaping @Sendable () -> Double?
    ) {
        register(name, .gauge, help) { value().map { [Sample(value: $0)] } ?? [] }
    }

    /// Registers a counter that is asked for its value when somebody reads; one that answers `nil`
    /// is left out.
    public func observeCounter(
        _ name: String,
        help: String,
        value: @escaping @Sendable () -> Double?
    ) {
        register(name, .counter, help) { value().map { [Sample(value: $0)] } ?? [] }
    }

    /// Registers facts that never change, as labels of a gauge that stands at 1; the name ends with
    /// `_info`.
    public func addFacts(_ name: String, help: String, facts: KeyValuePairs<String, String>) {
        precondition(name.hasSuffix("_info"), "\(name) must end with _info")
        Self.check(labels: facts.map(\.key))
        let pairs = facts.map { LabelPair(name: $0, value: $1) }
        register(name, .gauge, help) { [Sample(labels: pairs, value: 1)] }
    }

    /// What is registered, in the order of names.
    var families: [Family] {
        state.withLock { $0.families.values.sorted { $0.name < $1.name } }
    }

    private func register(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        _ samples: @escaping @Sendable () -> [Sample]
    ) {
        precondition(Name.isMetric(name), "`\(name)` is no name of a metric")
        precondition(!help.isEmpty, "\(name) needs a help text")
        precondition((kind == .counter) == name.hasSuffix("_total"), "`_total` is for counters")
        let family = Family(name: name, kind: kind, help: help, samples: samples)
        let names = Set(kind.suffixes.map { family.stem + $0 })
        state.withLock { state in
            precondition(state.taken.isDisjoint(with: names), "\(name) is registered already")
            state.taken.formUnion(names)
            state.families[name] = family
        }
    }

    private static func check(labels: [String]) {
        precondition(Set(labels).count == labels.count, "a label's name stands there twice")
        for label in labels {
            let isAllowed = Name.isLabel(label) && !label.hasPrefix("__") && label != "le"
            precondition(isAllowed, "`\(label)` is no name of a label")
        }
    }
}
