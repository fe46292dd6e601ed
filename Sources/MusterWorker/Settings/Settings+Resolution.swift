// How settings come together: `--set` goes before the environment, that before the file, that
// before the default. Everything that is wrong is found at once, each with the place it came from.

public import MusterPolicy

extension Settings {
    /// Settings with what is known of how they came about.
    public struct Resolution: Hashable, Sendable {
        /// The settings.
        public var settings: Settings
        /// Where values come from that are not defaults, by key.
        public var origins: [String: Origin]
        /// What looks like a mistake but may not be one.
        public var warnings: [SettingProblem]
    }

    /// Puts settings together.
    ///
    /// - Parameters:
    ///   - overrides: `key=value` each, later ones before earlier ones.
    ///   - environment: All variables; those that begin with `MUSTER_` are looked at.
    ///   - file: The file's document, where there is one.
    /// - Returns: the settings, and what is known of how they came about.
    /// - Throws: everything that is wrong.
    public static func resolve(
        overrides: [String] = [],
        environment: [String: String] = [:],
        file: Node? = nil
    ) throws(SettingsError) -> Resolution {
        var layers = Layers()
        if let file { layers.add(file: file) }
        layers.add(environment: environment)
        layers.add(overrides: overrides)

        var settings = Settings()
        for setting in Setting.all {
            guard let value = layers.values[setting.key] else { continue }
            do throws(Setting.Rejection) {
                try setting.apply(&settings, value.texts)
            } catch {
                layers.problems.append(
                    SettingProblem(setting.key, error.message, value.origin)
                )
            }
        }
        settings.kafka.properties = ClientProperties(layers.checkedProperties())
        guard layers.problems.isEmpty else { throw SettingsError(problems: layers.problems) }
        var origins = layers.values.mapValues(\.origin)
        for (name, value) in layers.properties {
            origins[Layers.propertyPrefix + name] = value.origin
        }
        return Resolution(settings: settings, origins: origins, warnings: layers.warnings)
    }
}
