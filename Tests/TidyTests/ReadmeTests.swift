// What the README tells a newcomer to type has to exist, and be what is checked before a change
// lands.

import Testing

@Suite struct ReadmeTests {
    /// The options of each command, as the sources declare them.
    private func declaredOptions() throws -> [String: Set<String>] {
        var options: [String: Set<String>] = [:]
        for file in try ProjectTree.files(below: "Sources/muster") where file.isSwift {
            guard let name = try file.text.matches(of: #"commandName: "([a-z]+)""#).first?[1] else {
                continue
            }
            options[name, default: []].formUnion(try Self.options(in: file.text))
        }
        return options
    }

    /// The names of options that are declared in a source text.
    private static func options(in text: String) throws -> [String] {
        try text.matches(
            of: #"@(?:Option|Flag)\b(.*?)\n? +var (\w+)|@(?:Option|Flag)[^\n]*var (\w+)"#
        )
        .map { match in
            let custom = try match[1].matches(of: #"customLong\("([a-z-]+)"\)"#).first?[1]
            return custom ?? kebab(match[2].isEmpty ? match[3] : match[2])
        }
    }

    private static func kebab(_ name: String) -> String {
        name.reduce(into: "") { text, character in
            text += character.isUppercase ? "-" + character.lowercased() : String(character)
        }
    }

    /// What comes after `muster` in the README's commands, each as words.
    private func commands(in readme: ProjectFile) throws -> [[Substring]] {
        let inline = try readme.text.matches(of: #"`muster ([^`]+)`"#).map { $0[1] }
        let typed = try readme.text.matches(of: #"^(?:\$ .*?|.*run -c release )?muster ([^\n|]+)$"#)
            .map { $0[1] }
        return (inline + typed).map { $0.split { " \n".contains($0) } }
    }

    @Test("Every command and option in the README exists")
    func commandsExist() throws {
        let declared = try declaredOptions()
        #expect(Set(declared.keys).isSuperset(of: ["run", "demo", "plan", "check"]))
        #expect(declared["plan"]?.contains("solve-work") == true)
        #expect(declared["run"]?.contains("set") == true)
        let commands = try commands(in: ProjectTree.file("README.md"))
        #expect(commands.count >= 5)
        for command in commands {
            let name = String(try #require(command.first))
            let options = try #require(declared[name], "`muster \(name)`")
            for word in command.dropFirst() where word.hasPrefix("--") {
                let option = String(word.dropFirst(2).prefix { $0 != "=" })
                #expect(options.contains(option), "`muster \(name) --\(option)`")
            }
        }
    }

    @Test("Every option that the README names alone belongs to some command")
    func optionsExist() throws {
        let all = try declaredOptions().values.reduce(into: Set<String>()) { $0.formUnion($1) }
        for match in try ProjectTree.file("README.md").text.matches(of: #"`--([a-z-]+)[^`]*`"#) {
            #expect(all.contains(match[1]), "--\(match[1])")
        }
    }

    @Test("Everything that the README links to is there")
    func links() throws {
        let readme = try ProjectTree.file("README.md")
        for match in try readme.text.matches(of: #"\]\(([^)#]+)"#) where !match[1].contains("://") {
            #expect(ProjectTree.exists(match[1]), "\(match[1])")
        }
    }

    @Test("The README's two commands are the ones that are run before a change lands")
    func checkedCommands() throws {
        let blocks = try ProjectTree.file("README.md").text.matches(of: #"```sh\n([^`]+?)\n```"#)
        try #require(blocks.count == 2)
        let run = try ProjectTree.file(".ci/run")
        for block in blocks {
            #expect(run.lines.contains { $0 == block[1] }, "\(block[1])")
        }
    }
}
