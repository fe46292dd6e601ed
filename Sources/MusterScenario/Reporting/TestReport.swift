// What came of the tests of some files, for people and programs.

public import MusterPolicy

/// The results of test files.
public struct TestReport: Sendable {
    /// One test and what it failed by.
    public struct Test: Sendable {
        /// Its name.
        public var name: String
        /// Where the name stands.
        public var span: SourceSpan
        /// What differs from what is expected; empty when it passed.
        public var failures: [Diagnostic]
        /// How long it took.
        public var duration: Duration

        /// Makes a result.
        public init(name: String, span: SourceSpan, failures: [Diagnostic], duration: Duration) {
            self.name = name
            self.span = span
            self.failures = failures
            self.duration = duration
        }
    }

    /// One file.
    public struct File: Sendable {
        /// Its path.
        public var path: String
        /// The tests that were run, in the order written.
        public var tests: [Test]
        /// What is wrong with the file, so that tests in it could not be run.
        public var diagnostics: [Diagnostic]
        /// Every text that findings may be in, by name.
        public var texts: [String: [UInt8]]

        /// Makes the results of a file.
        public init(
            path: String,
            tests: [Test],
            diagnostics: [Diagnostic],
            texts: [String: [UInt8]]
        ) {
            self.path = path
            self.tests = tests
            self.diagnostics = diagnostics
            self.texts = texts
        }
    }

    /// The files, in order of path.
    public var files: [File]

    /// Makes a report.
    public init(files: [File]) { self.files = files }

    /// How many tests were run.
    public var testCount: Int { files.reduce(0) { $0 + $1.tests.count } }
    /// How many of them failed.
    public var failureCount: Int {
        files.reduce(0) { $0 + $1.tests.count { !$0.failures.isEmpty } }
    }
    /// How many files are wrong in themselves.
    public var errorCount: Int { files.count { $0.diagnostics.hasErrors } }
    /// Whether every file could be run and every test passed.
    public var isPassed: Bool { failureCount == 0 && errorCount == 0 }
}
