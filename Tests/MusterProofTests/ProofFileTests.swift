// The file of a plan's proof binds the proofs to what the plan claims.

import MusterProof
import Testing

@Suite struct ProofFileTests {
    private static let constraints = """
        +1 x1 +1 x2 >= 1 ;
        +1 x2 +1 x3 >= 1 ;
        +1 x1 +1 x3 >= 1 ;

        """

    private static let text = """
        muster-proof 1

        domain d
        claim unsatisfied policies of priority 5 value 2 settled 0
        claim cost value 10 settled 4

        part 1: 3 resources, p
        level unsatisfied policies of priority 5 constant 0
        begin problem
        min: +1 x1 +1 x2 +1 x3 ;
        \(constraints)begin proof
        pseudo-Boolean proof version 2.0
        f 3
        soli x1 x2 ~x3
        pol 1 2 + 3 + 2 d
        pol 4 5 +
        rup >= 1 ;
        output NONE
        conclusion BOUNDS 2 2
        end pseudo-Boolean proof
        end level
        level cost constant 3
        begin problem
        min: +3 x1 +5 x2 +7 x3 ;
        \(constraints)-1 x1 -1 x2 -1 x3 >= -2 ;
        begin proof
        pseudo-Boolean proof version 2.0
        f 4
        soli x1 x2 ~x3
        rup 1 ~x3 >= 1 ;
        rup >= 1 ;
        output NONE
        conclusion BOUNDS 8 8
        end pseudo-Boolean proof
        end level

        """

    private func rejection(_ text: String) -> String? {
        do {
            _ = try ProofFile(text).verify()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("Values that do not add up, and problems that differ between objectives, are refused")
    func binding() {
        let right = Self.text.replacing("value 10 settled 4", with: "value 15 settled 4")
        #expect(rejection(right) == nil, "\(rejection(right) ?? "")")
        #expect(
            rejection(Self.text) == "domain d: cost is claimed to be 10; the parts make 11, "
                + "and 4 is settled"
        )
        let other = right.replacing("-1 x3 >= -2", with: "-1 x3 >= -3")
        #expect(other != right)
        #expect(rejection(other)?.contains("not that of the objectives before it") == true)
        let silent = right.replacing("claim cost value 15 settled 4\n", with: "")
        #expect(rejection(silent) == "domain d: nothing is claimed of cost")
        #expect(rejection(String(right.dropLast(12)))?.contains("ends in the middle") == true)
        #expect(rejection("") == "line 1: this is no proof of a plan")
        #expect(rejection("muster-proof 1\n")?.contains("proves nothing") == true)
        let wrong = right.replacing("f 4\nsoli x1 x2", with: "f 4\nsoli x1 ~x2")
        let reason = "the solution breaks constraint 2 of the problem"
        #expect(rejection(wrong)?.hasSuffix(reason) == true)
    }

    @Test("Problems and proofs can be taken out for other checkers")
    func files() throws {
        let files = try ProofFile(Self.text).files
        #expect(
            files.map(\.name) == [
                "domain1-part1-level1.opb", "domain1-part1-level1.pbp",
                "domain1-part1-level2.opb", "domain1-part1-level2.pbp",
            ]
        )
        #expect(files[0].text.hasPrefix("min: +1 x1"))
        #expect(files[1].text.hasSuffix("end pseudo-Boolean proof\n"))
    }
}
