// What the reader takes and what it says of the rest.

import MusterOPB
import MusterPolicy
import Testing

@Suite struct OPBReaderTests {
    private func findings(_ text: String) -> [String] {
        OPBReader.read(Array(text.utf8), source: "f.opb").diagnostics.map {
            "\($0.span.start) \($0.code): \($0.message)"
        }
    }

    @Test("The competition's form is read, and what writers make of it")
    func forms() throws {
        let text = """
            * #variable= 4 #constraint= 4
            * a comment
            min: 1 x2 -1 x3 +1 x5 ;
            1 x1 +4 x2 -2 x5 >= 2;
             -1 x1 +4 ~x2 >= -3 ;
            x1 + 2x3 <= 2 ; - 3 y_1[2] = -3;
              * another one
            >= 0 ;
            """
        let (problem, diagnostics) = OPBReader.read(Array(text.utf8), source: "f.opb")
        #expect(diagnostics.isEmpty)
        let read = try #require(problem)
        #expect(read.names == ["x2", "x3", "x5", "x1", "y_1[2]"])
        #expect(read.objective?.map(\.coefficient) == [1, -1, 1])
        #expect(read.constraints.map(\.bound) == [2, -3, 2, -3, 0])
        #expect(
            read.constraints.map(\.relation) == [.atLeast, .atLeast, .atMost, .equal, .atLeast]
        )
        #expect(read.constraints[1].terms.map(\.isNegated) == [false, true])
        #expect(read.constraints[2].terms.map(\.coefficient) == [1, 2])
        #expect(read.constraints[3].terms.map(\.coefficient) == [-3])
    }

    @Test("A file that is empty or cut off is told from one that asks for nothing")
    func cutOff() {
        #expect(findings("") == ["1:1 empty: there is neither an objective nor a constraint"])
        #expect(
            findings("* #variable= 3 #constraint= 3 #equal= 0\nmin: 1 x1 ;\n1 x1 +1 x2 >= 1 ;\n")
                == [
                    "1:1 too-few-constraints: by the first line there are 3 constraints, "
                        + "and here are 1"
                ]
        )
        #expect(findings("* #variable= 0 #constraint= 0\n").isEmpty)
        #expect(findings("* #variable= 1 #constraint= 1\n1 x1 >= 0;\n1 x2 >= 0;").isEmpty)
        #expect(findings("min: 1 x1 ;").isEmpty)
    }

    @Test("What is wrong is told with its place, and reading goes on behind the next semicolon")
    func errors() {
        #expect(
            findings(
                """
                max: x1;
                1 x1 x2 >= 1;
                3 >= 1;
                1 x1 => 1;
                1 x1 >= ;
                1 x1 >= 1
                2 x2 >= 99999999999999999999;
                min: x1;
                soft: 3;
                [3] x1 >= 1;
                1 x1 >= 1
                """
            ) == [
                "1:1 not-supported: the format has no `max:`",
                "2:6 not-linear: products of variables are not supported",
                "3:3 syntax: a variable is expected behind the factor",
                "4:6 syntax: `=>` is no comparison",
                "5:9 syntax: a number on the right is expected",
                "7:1 syntax: `;` at the end of the constraint is expected",
                "8:1 misplaced-objective: the objective stands before all constraints, once",
                "9:1 not-supported: `soft:` is not part of a linear OPB file",
                "10:1 not-supported: soft constraints (WBO) are not supported",
                "11:10 syntax: `;` at the end of the constraint is expected",
            ]
        )
        #expect(
            findings("1 x1 >= 99999999999999999999;") == [
                "1:9 too-large: this number is too large: at most 2305843009213693951 is supported"
            ]
        )
    }

    @Test("No truncation and no changed byte makes the reader fail")
    func robustness() {
        let text = Array("* c\nmin: +1 x1 -2 ~x2;\n3 x1 +1 x2 >= 2;\n1 x1 = 1 ;\n".utf8)
        for length in 0...text.count {
            _ = OPBReader.read(Array(text.prefix(length)), source: "f")
            for byte in [UInt8(0), 0x20, 0x2D, 0x3B, 0x7E, 0xFF] where length < text.count {
                var changed = text
                changed[length] = byte
                _ = OPBReader.read(changed, source: "f")
            }
        }
    }
}
