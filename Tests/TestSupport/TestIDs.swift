public import AppRegistry
public import LogModel

/// Unpredictable bytes for names that must not meet those of other tests.
public struct FreshEntropy: Entropy {
    /// Makes a supply.
    public init() {}

    /// The next `count` bytes.
    public func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max) } }
}

extension Identifier {
    /// An identifier that nobody else has.
    public static func fresh() -> Self { mint(at: .sample, from: FreshEntropy()) }
}

extension RegisteredApp {
    /// An app that nobody else has.
    public static func fresh() -> RegisteredApp {
        let id = AppID.fresh()
        return RegisteredApp(id: id, name: AppName(unchecked: "n-" + id.text.suffix(20)), createdAt: .sample)
    }
}
