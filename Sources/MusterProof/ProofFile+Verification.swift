// A proof file is accepted when each proof shows its optimum, each part's objectives are proven one
// after the other over the same constraints, and the values add up to what is claimed.

/// What a proof file was found to show of one domain.
public struct DecisionVerdict: Hashable, Sendable {
    /// An objective, its value, and how much of that the parts prove.
    public struct Level: Hashable, Sendable {
        /// Such as `cost`.
        public let objective: String
        /// The value claimed.
        public let value: Int128
        /// What no choice can change, by the file's own account: no proof speaks of it.
        public let settled: Int128
    }

    /// The domain.
    public let domain: String
    /// The objectives in the order in which they are compared.
    public let levels: [Level]
    /// How many parts were decided apart.
    public let parts: Int
    /// How many steps were checked.
    public let steps: Int
}

extension ProofFile {
    /// Checks everything that the file claims.
    ///
    /// - Returns: what is shown, a domain each.
    /// - Throws: the first thing that does not follow, with its line in the file.
    public func verify() throws(ProofRejection) -> [DecisionVerdict] {
        var verdicts: [DecisionVerdict] = []
        for decision in decisions { verdicts.append(try verify(decision)) }
        return verdicts
    }

    private func verify(_ decision: Decision) throws(ProofRejection) -> DecisionVerdict {
        var sums: [String: Int128] = [:]
        var steps = 0
        for part in decision.parts {
            var formulas: [(formula: Formula, optimum: Int128)] = []
            for level in part.levels {
                let verdict = try check(level)
                steps += verdict.steps
                let formula = try formula(of: level)
                try checkConstraints(of: formula, after: formulas, level)
                formulas.append((formula, verdict.optimum))
                sums[level.objective, default: 0] += verdict.optimum + level.constant
            }
        }
        for claim in decision.claims {
            let sum = sums.removeValue(forKey: claim.objective) ?? 0
            guard claim.value == claim.settled + sum else {
                throw ProofRejection(
                    line: 0,
                    reason: "domain \(decision.domain): \(claim.objective) is claimed to be "
                        + "\(claim.value); the parts make \(sum), and \(claim.settled) is settled"
                )
            }
        }
        guard sums.isEmpty else {
            throw ProofRejection(
                line: 0,
                reason: "domain \(decision.domain): nothing is claimed of "
                    + sums.keys.sorted().joined(separator: ", ")
            )
        }
        return DecisionVerdict(
            domain: decision.domain,
            levels: decision.claims.map {
                .init(objective: $0.objective, value: $0.value, settled: $0.settled)
            },
            parts: decision.parts.count,
            steps: steps
        )
    }

    private func check(_ level: Level) throws(ProofRejection) -> ProofVerdict {
        do {
            return try ProofChecker.check(opb: level.opb, proof: level.proof)
        } catch {
            let line = error.line == 0 ? level.opbLine : level.proofLine + error.line - 1
            throw ProofRejection(line: line, reason: error.reason)
        }
    }

    private func formula(of level: Level) throws(ProofRejection) -> Formula {
        do throws(Refusal) {
            return try Formula(level.opb[...])
        } catch {
            throw ProofRejection(line: level.opbLine, reason: error.reason)
        }
    }

    /// A later objective is asked over the constraints of the first one, with those before it held
    /// at what was proven of them, and nothing else.
    private func checkConstraints(
        of formula: Formula,
        after earlier: [(formula: Formula, optimum: Int128)],
        _ level: Level
    ) throws(ProofRejection) {
        guard let first = earlier.first else { return }
        var expected = first.formula.constraints
        do throws(Refusal) {
            for (held, optimum) in earlier {
                let bound = held.objective.map { (factor: -$0.factor, literal: $0.literal) }
                expected.append(try Constraint(bound, atLeast: -optimum))
            }
        } catch {
            throw ProofRejection(line: level.opbLine, reason: error.reason)
        }
        let isSame =
            formula.constraints.count == expected.count
            && zip(formula.constraints, expected).allSatisfy { Constraint.areEqual($0, $1) }
        guard isSame else {
            throw ProofRejection(
                line: level.opbLine,
                reason: "the problem is not that of the objectives before it, held at their values"
            )
        }
    }
}
