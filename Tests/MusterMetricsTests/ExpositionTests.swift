import Testing

@testable import MusterMetrics

@Suite("Exposition of metrics")
struct ExpositionTests {
    private enum Outcome: String, CaseIterable {
        case good, bad
    }

    @Test("Families come in the order of their names, each with its help and type")
    func order() {
        let registry = Registry()
        registry.makeGauge("muster_b", help: "Second.").set(1.5)
        registry.makeCounter("muster_a_total", help: "First.").increment(by: 3)
        #expect(
            registry.exposition() == """
                # HELP muster_a_total First.
                # TYPE muster_a_total counter
                muster_a_total 3
                # HELP muster_b Second.
                # TYPE muster_b gauge
                muster_b 1.5

                """
        )
    }

    @Test("OpenMetrics names families without the suffix of counters and ends with a mark")
    func openMetrics() {
        let registry = Registry()
        registry.makeCounter("muster_a_total", help: "Say \"a\".").increment()
        registry.makeHistogram("muster_h_seconds", help: "H.", bounds: [1, 2.5]).observe(2)
        #expect(
            registry.exposition(as: .openMetrics) == """
                # HELP muster_a Say \\"a\\".
                # TYPE muster_a counter
                muster_a_total 1
                # HELP muster_h_seconds H.
                # TYPE muster_h_seconds histogram
                muster_h_seconds_bucket{le="1.0"} 0
                muster_h_seconds_bucket{le="2.5"} 1
                muster_h_seconds_bucket{le="+Inf"} 1
                muster_h_seconds_sum 2
                muster_h_seconds_count 1
                # EOF

                """
        )
    }

    @Test("Every declared value of a label has its line from the start, in order")
    func declaredValues() {
        let registry = Registry()
        let counters = registry.makeCounters("c_total", help: "C.", label: "o", of: Outcome.self)
        counters[.good].increment(by: 2)
        let lines = registry.exposition().split(separator: "\n").dropFirst(2)
        #expect(Array(lines) == ["c_total{o=\"bad\"} 0", "c_total{o=\"good\"} 2"])
    }

    @Test("Values of labels and help texts are escaped, and nothing else is changed")
    func escaping() {
        let registry = Registry()
        registry.addFacts("f_info", help: "a\\b\n\"c\"", facts: ["x": "\"q\"\\\n{}=,é", "y": ""])
        let lines = registry.exposition().split(separator: "\n")
        #expect(lines[0] == "# HELP f_info a\\\\b\\n\"c\"")
        #expect(lines[2] == "f_info{x=\"\\\"q\\\"\\\\\\n{}=,é\",y=\"\"} 1")
    }

    @Test("Buckets count what is at or below their bounds, and the last counts all")
    func buckets() {
        let registry = Registry()
        let histogram = registry.makeHistogram("h", help: "H.", bounds: [0.1, 1, 10])
        for value in [0.1, 0.100_1, 1, 11, -1, .infinity, .nan] { histogram.observe(value) }
        histogram.observe(.milliseconds(50))
        let lines = registry.exposition().split(separator: "\n").dropFirst(2)
        #expect(
            Array(lines) == [
                "h_bucket{le=\"0.1\"} 3", "h_bucket{le=\"1\"} 5", "h_bucket{le=\"10\"} 5",
                "h_bucket{le=\"+Inf\"} 7", "h_sum +Inf", "h_count 7",
            ]
        )
    }

    @Test("Numbers are written as Prometheus reads them")
    func numbers() throws {
        let registry = Registry()
        let gauge = registry.makeGauge("g", help: "G.")
        let cases: [(Double, String)] = [
            (0, "0"), (-0.0, "0"), (1e15, "1000000000000000"), (1e300, "1e+300"),
            (1.5e-7, "1.5e-07"), (.nan, "NaN"), (-.infinity, "-Inf"), (.infinity, "+Inf"),
            (1_764_000_000.25, "1764000000.25"),
        ]
        for (value, text) in cases {
            gauge.set(value)
            let line = try #require(registry.exposition().split(separator: "\n").last)
            #expect(line == "g \(text)")
        }
    }

    @Test("What comes and goes is listed in the order of keys, up to its limit")
    func gaugeSets() {
        let registry = Registry()
        let gauges = registry.makeGauges("lag", help: "L.", labels: ["p"], limit: 3) {
            (key: Int) in ["\(key)"]
        }
        for key in [10, 9, 1, 2] { gauges.set(key, to: Double(key)) }
        gauges.set(9, to: 0)
        let lines = registry.exposition().split(separator: "\n").dropFirst(2)
        #expect(Array(lines) == ["lag{p=\"1\"} 1", "lag{p=\"9\"} 0", "lag{p=\"10\"} 10"])
        gauges.remove { $0 > 1 }
        #expect(gauges.all.map(\.key) == [1])
        gauges.remove { _ in true }
        #expect(registry.exposition().isEmpty)
    }

    @Test("Additions from several threads are all there in the end")
    func threads() async {
        let registry = Registry()
        let counter = registry.makeCounter("c_total", help: "C.")
        let gauge = registry.makeGauge("g", help: "G.")
        let histogram = registry.makeHistogram("h", help: "H.", bounds: [1])
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment()
                        gauge.add(0.5)
                        histogram.observe(2)
                    }
                }
            }
        }
        #expect(counter.value == 80_000)
        #expect(gauge.value == 40_000)
        #expect(histogram.count == 80_000)
        #expect(histogram.sum == 160_000)
    }

    @Test("The format is the one that the client ranks highest, and plain text otherwise")
    func negotiation() {
        let prometheus =
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
            + "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
        let cases: [(String?, ExpositionFormat)] = [
            (nil, .text), ("", .text), ("*/*", .text), ("text/html, */*;q=0.1", .text),
            (prometheus, .openMetrics), ("application/openmetrics-text", .openMetrics),
            ("application/openmetrics-text; version=0.0.1", .text),
            ("Application/OpenMetrics-Text ; Version=1.0.0 ; q=0.9", .openMetrics),
            ("application/openmetrics-text;q=0.4,text/plain;q=0.5", .text),
            ("application/openmetrics-text;q=0", .text),
            ("application/openmetrics-text;q=x, ;;,;q", .text),
        ]
        for (accept, format) in cases {
            #expect(ExpositionFormat.preferred(accept: accept) == format, "\(accept ?? "nil")")
        }
        #expect(ExpositionFormat.text.contentType == "text/plain; version=0.0.4; charset=utf-8")
    }

    @Test("Names that could not be told apart, or are none, end the program")
    func names() async {
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.makeGauge("a", help: "A.")
            _ = registry.makeCounter("a_total", help: "A.")
        }
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.makeHistogram("a", help: "A.", bounds: [1])
            _ = registry.makeGauge("a_sum", help: "A.")
        }
        await #expect(processExitsWith: .failure) {
            _ = Registry().makeGauge("1a", help: "A.")
        }
        await #expect(processExitsWith: .failure) {
            _ = Registry().makeCounter("a", help: "A.")
        }
        await #expect(processExitsWith: .failure) {
            Registry().addFacts("a_info", help: "A.", facts: ["__x": ""])
        }
    }
}
