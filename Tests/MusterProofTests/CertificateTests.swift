// What the solver logs is accepted by a checker that shares nothing with it, and what somebody has
// changed is not.

import MusterProof
import MusterSolver
import MusterTestKit
import Testing

@Suite struct CertificateTests {
    private func certificates(_ problem: Problem) throws -> ([Certificate], Solution)? {
        guard case .solved(let solution) = Solver().solve(problem), solution.isOptimal else {
            return nil
        }
        let names = [String?](repeating: nil, count: problem.variables.count)
        return (try Certifier().certify(problem, solution, names: names), solution)
    }

    @Test("The optima of random problems are proven, objective by objective")
    func random() throws {
        var levels = 0
        var steps = 0
        for seed in 0..<UInt64(250) {
            let problem = SolverSmallProblems.problem(seed: seed)
            guard let (certificates, solution) = try certificates(problem) else { continue }
            for (index, certificate) in certificates.enumerated() {
                let verdict = try ProofChecker.check(
                    opb: certificate.opb,
                    proof: certificate.proof
                )
                #expect(
                    Int(verdict.optimum) + certificate.constant == solution.objectives[index],
                    "seed \(seed)"
                )
                levels += 1
                steps += verdict.steps
            }
        }
        #expect(levels > 150)
        #expect(steps > 1000)
    }

    @Test("So is what counting alone proves, by rows that the relaxation sums up")
    func counting() throws {
        let (services, places) = (6, 5)
        var problem = Problem()
        var loads = [LinearSum](repeating: LinearSum(1), count: places)
        var unserved = LinearSum()
        for service in 0..<services {
            var served = LinearSum(-1)
            for place in 0..<places {
                let literal = problem.addBool(start: service == place)
                served.add(1, literal)
                loads[place].add(-1, literal)
            }
            unserved.add(1, !problem.isNonNegative(served))
        }
        for load in loads { problem.require(load) }
        problem.objectives = [unserved]
        let (certificates, solution) = try #require(try certificates(problem))
        #expect(solution.objectives == [1])
        let verdict = try ProofChecker.check(
            opb: certificates[0].opb,
            proof: certificates[0].proof
        )
        #expect(Int(verdict.optimum) + certificates[0].constant == 1)
        #expect(certificates[0].proof.contains("\npol "))
    }

    /// The sum of a problem whose least value is known by trying everything.
    private static let opb = """
        * #variable= 3 #constraint= 3
        min: +1 x1 +1 x2 +1 x3 ;
        +1 x1 +1 x2 >= 1 ;
        +1 x2 +1 x3 >= 1 ;
        +1 x1 +1 x3 >= 1 ;

        """
    private static let proof = """
        pseudo-Boolean proof version 2.0
        f 3
        soli x1 x2 ~x3
        pol 1 2 + 3 + 2 d
        pol 4 5 +
        rup >= 1 ;
        output NONE
        conclusion BOUNDS 2 2
        end pseudo-Boolean proof

        """

    private func isAccepted(_ opb: String, _ proof: String) -> Bool {
        (try? ProofChecker.check(opb: opb, proof: proof)) != nil
    }

    @Test("A proof by hand is accepted, and none of its steps can be left out or bent")
    func byHand() {
        #expect(isAccepted(Self.opb, Self.proof))
        let lines = Self.proof.split(separator: "\n")
        for index in lines.indices where lines[index] != "rup >= 1 ;" {
            var shorter = lines
            shorter.remove(at: index)
            #expect(!isAccepted(Self.opb, shorter.joined(separator: "\n")), "\(lines[index])")
        }
        let bent = [
            ("2 d", "3 d"), ("1 2 + 3 +", "1 2 +"), ("x1 x2 ~x3", "x1 ~x2 ~x3"),
            ("x1 x2 ~x3", "x1 x2 x3"), ("BOUNDS 2 2", "BOUNDS 1 2"), ("BOUNDS 2 2", "BOUNDS 3 3"),
            ("f 3", "f 2"), ("pol 1 2 + 3 + 2 d", "pol 1 2 + 3 + -1 *"),
            ("pol 1 2 + 3 + 2 d", "pol 9"), ("soli x1", "rup 1 x1 >= 1 ;\nsoli x1"),
            ("pol 1 2 + 3 + 2 d", "pol 1 2"), ("pol 1 2 + 3 + 2 d", "red 1 x1 >= 1 ;"),
            ("version 2.0", "version 3.0"),
        ]
        for (old, new) in bent {
            #expect(!isAccepted(Self.opb, Self.proof.replacing(old, with: new)), "\(new)")
        }
        #expect(
            !isAccepted(
                Self.opb.replacing("+1 x2 +1 x3 >= 1", with: "+1 x2 +1 x3 >= 0"),
                Self.proof
            )
        )
    }

    @Test("A changed proof is refused, unless what it shows is true all the same")
    func mutations() throws {
        var random = SolverRandomness(seed: 5)
        var refused = 0
        for seed in 0..<UInt64(120) {
            let problem = SolverSmallProblems.problem(seed: seed)
            guard let (certificates, _) = try certificates(problem), let first = certificates.first
            else { continue }
            for _ in 0..<6 {
                var lines = first.proof.split(separator: "\n").map(String.init)
                let index = random.pick(1...lines.count - 1)
                switch random.pick(0...3) {
                case 0: lines.remove(at: index)
                case 1: lines.swapAt(index, random.pick(1...lines.count - 1))
                case 2: lines[index] = lines[index].replacing(" x", with: " ~x")
                default:
                    let digit = "\(random.pick(1...9))"
                    lines[index] = lines[index].replacing("\(random.pick(1...9))", with: digit)
                }
                do {
                    let verdict = try ProofChecker.check(
                        opb: first.opb,
                        proof: lines.joined(separator: "\n")
                    )
                    // Some steps are not needed. What is accepted must still be the optimum.
                    #expect(Int(verdict.optimum) == first.optimum, "seed \(seed)")
                } catch {
                    refused += 1
                }
            }
            // A better value than there is can never be shown.
            let less = first.proof.replacing(
                "BOUNDS \(first.optimum) \(first.optimum)",
                with: "BOUNDS \(first.optimum - 1) \(first.optimum - 1)"
            )
            #expect(!isAccepted(first.opb, less), "seed \(seed)")
        }
        #expect(refused > 100)
    }
}
