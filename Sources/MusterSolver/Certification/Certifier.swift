// Proves an optimum a second time, by a run of the search that writes down what it infers.

/// The proof that one objective cannot be less, those before it being held at their values.
public struct Certificate: Sendable {
    /// The problem in the pseudo-Boolean competition's format.
    public let opb: String
    /// The proof in VeriPB's language, version 2.0.
    public let proof: String
    /// The least value of the objective as it stands in ``opb``.
    public let optimum: Int
    /// What has to be added to that to make the value of the problem's objective: what is constant.
    public let constant: Int
}

/// Why there is no certificate.
public enum CertificationFailure: Error, Hashable, Sendable {
    /// A number would get too large for the search.
    case tooLarge
    /// The work ran out before the proof was complete; the objective's position is told.
    case outOfWork(objective: Int)
    /// The search drew a conclusion that it cannot log.
    case notLoggable
    /// The search found another optimum than the solution has.
    case contradiction(objective: Int)
}

/// Makes certificates.
public struct Certifier: Sendable {
    /// The most work for each objective.
    public var budget: Budget

    /// Makes a certifier that spends at most `budget` on each objective.
    public init(budget: Budget = .standard) { self.budget = budget }

    /// Proves each objective of an optimal solution.
    ///
    /// - Parameters:
    ///   - problem: What was solved.
    ///   - solution: Its optimum.
    ///   - names: What each variable is called in the comments of the files; `nil` for none.
    /// - Returns: a certificate for each objective, in their order.
    /// - Throws: why there is none.
    /// - Complexity: that of solving over bits, without classes of equal variables.
    public func certify(
        _ problem: Problem,
        _ solution: Solution,
        names: [String?]
    ) throws(CertificationFailure) -> [Certificate] {
        var certificates: [Certificate] = []
        for objective in problem.objectives.indices {
            certificates.append(try certify(objective, of: problem, solution, names))
        }
        return certificates
    }

    private func certify(
        _ objective: Int,
        of problem: Problem,
        _ solution: Solution,
        _ names: [String?]
    ) throws(CertificationFailure) -> Certificate {
        guard var binary = BinaryProblem(problem, values: solution.values, names: names) else {
            throw .tooLarge
        }
        for earlier in 0..<objective {
            // value - objective >= 0
            var sum = LinearSum(solution.objectives[earlier])
            sum.add(-1, problem.objectives[earlier])
            guard let row = binary.row(sum) else { throw .tooLarge }
            binary.store(row)
        }
        guard let goal = binary.row(problem.objectives[objective]) else { throw .tooLarge }
        binary.aim(at: goal)
        let log = ProofLog(constraints: binary.component.rows.count)
        var search = Search(binary.component, workLimit: budget.work, tactics: Tactics())
        search.certify(into: log)
        let result = search.minimise()
        guard !log.isBroken else { throw .notLoggable }
        guard !result.isInfeasible, let optimum = result.objectives.first else {
            throw .contradiction(objective: objective)
        }
        guard result.proven == 1 else { throw .outOfWork(objective: objective) }
        let constant = -goal.demand
        guard optimum + constant == solution.objectives[objective] else {
            throw .contradiction(objective: objective)
        }
        let proof = log.conclude(optimum: optimum)
        guard !log.isBroken else { throw .notLoggable }
        return Certificate(opb: binary.opb, proof: proof, optimum: optimum, constant: constant)
    }
}

extension Search {
    /// Logs from now on. What single terms must do for a definition is logged at once.
    mutating func certify(into log: ProofLog) {
        proof = log
        let rows = component.strengthenings
        log.strengthenings = (0..<rows.count).map { row in
            log.clause(
                rows.terms(row).map {
                    2 * rows.variables[$0] + (rows.coefficients[$0] > 0 ? 0 : 1)
                }
            )
        }
    }
}
