// Rules for the text itself that no formatter has.

import Testing

@Suite struct TextTests {
    @Test("No file of Swift is longer than 450 lines, and no line longer than 100 columns")
    func lengths() throws {
        let files = try ProjectTree.all().filter(\.isSwift)
        #expect(files.count > 100)
        for file in files {
            #expect(file.lines.count <= 450, "\(file)")
            for (index, line) in file.lines.enumerated() where line.count > 100 {
                Issue.record("\(file):\(index + 1) has \(line.count) columns")
            }
        }
    }

    @Test("Nothing is put off with a mark in the code; what is open belongs in the README")
    func marks() throws {
        // Put together here, so that this file does not find itself.
        let marks = ["TO" + "DO", "FIX" + "ME", "HA" + "CK"]
        for file in try ProjectTree.all() {
            for mark in marks {
                #expect(try file.text.matches(of: "\\b\(mark)\\b").isEmpty, "\(file): \(mark)")
            }
        }
    }

    @Test("No file speaks of a folder of the machine that it was written on")
    func machinePaths() throws {
        let pattern = #"(?:^|[\s"'`(=:])/(?:work|root|home)(?:/|\b)"#
        for file in try ProjectTree.all() {
            let found = try file.text.matches(of: pattern)
            #expect(found.isEmpty, "\(file): \(found.first?.first ?? "")")
        }
    }

    @Test("Each file of Swift opens with a comment on why it exists")
    func openings() throws {
        for file in try ProjectTree.files(below: "Sources") where file.isSwift {
            #expect(file.text.hasPrefix("// "), "\(file)")
        }
    }
}
