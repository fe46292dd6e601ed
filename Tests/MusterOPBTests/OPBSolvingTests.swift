// Files are solved as trying everything solves them.

import MusterOPB
import MusterSolver
import Testing

@Suite struct OPBSolvingTests {
    /// SplitMix64.
    private struct Randomness {
        var state: UInt64

        mutating func next(_ range: ClosedRange<Int>) -> Int {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            z ^= z >> 31
            return range.lowerBound + Int(z % UInt64(range.count))
        }
    }

    private func text(_ random: inout Randomness) -> String {
        let count = random.next(1...9)
        func sum(_ random: inout Randomness) -> String {
            (0..<random.next(1...6)).map { _ in
                let sign = random.next(0...1) == 0 ? "+" : "-"
                let negation = random.next(0...3) == 0 ? "~" : ""
                return "\(sign)\(random.next(1...7)) \(negation)x\(random.next(1...count))"
            }.joined(separator: " ")
        }
        var text = random.next(0...3) == 0 ? "" : "min: \(sum(&random)) ;\n"
        for _ in 0..<random.next(1...7) {
            let relation = [">=", ">=", ">=", "<=", "="][random.next(0...4)]
            text += "\(sum(&random)) \(relation) \(random.next(-6...7)) ;\n"
        }
        return text
    }

    @Test("Random files have the optimum that trying everything finds")
    func random() throws {
        var random = Randomness(state: 7)
        var verdicts = [0, 0]
        for round in 0..<400 {
            let text = text(&random)
            let (read, _) = OPBReader.read(Array(text.utf8), source: "f")
            let problem = try #require(read, "round \(round): \(text)")
            var best: Int128?
            for bits in 0..<(1 << problem.names.count) {
                let values = problem.names.indices.map { bits >> $0 & 1 }
                guard problem.isSatisfied(by: values) else { continue }
                let cost = problem.cost(of: values) ?? 0
                best = min(best ?? cost, cost)
            }
            var told: [Int128] = []
            let outcome = problem.problem.solveInRounds(work: 1_000_000) { solution in
                told.append(problem.cost(of: solution.values) ?? 0)
            }
            switch outcome {
            case .solved(let solution):
                verdicts[0] += 1
                #expect(problem.isSatisfied(by: solution.values), "\(text)")
                #expect(solution.isOptimal, "\(text)")
                #expect((problem.cost(of: solution.values) ?? 0) == best, "\(text)")
                #expect(told.last == best, "\(text)")
            case .infeasible:
                verdicts[1] += 1
                #expect(best == nil, "\(text)")
            case .unknown: Issue.record("unknown: \(text)")
            }
        }
        #expect(verdicts.allSatisfy { $0 > 50 }, "\(verdicts)")
    }

    @Test("Numbers near the limit are solved exactly or not at all")
    func largeNumbers() throws {
        let text =
            "min: 2305843009213693951 x1 +2305843009213693951 x2;\n"
            + "2305843009213693951 x1 +2305843009213693951 x2 >= 2305843009213693951;\n"
        let problem = try #require(OPBReader.read(Array(text.utf8), source: "f").problem)
        switch problem.problem.solveInRounds(work: 1_000_000, report: { _ in }) {
        case .solved(let solution):
            #expect(problem.isSatisfied(by: solution.values))
            if solution.isOptimal {
                #expect(problem.cost(of: solution.values) == 2_305_843_009_213_693_951)
            }
        case .infeasible: Issue.record("there is a solution")
        case .unknown: break
        }
    }
}
