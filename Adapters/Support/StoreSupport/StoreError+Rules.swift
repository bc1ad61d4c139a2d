public import LogModel
public import SdkProvisioning

// What stores refuse by the rules of their ports, whatever they are made of.

extension StoreError {
    /// A client token was to be added to an app that is not there, or not any more.
    public static let tokenWithoutApp = StoreError(.conflict, detail: "the token's app is unknown or deleted")

    /// What a step says of its bytes does not come out at its position.
    public static let unevenAccount = StoreError(
        .broken, detail: "the account of bytes does not add up to the position")

    /// A token was to be given a prefix that another one has.
    public static func takenPrefix(_ prefix: FilePrefix) -> StoreError {
        StoreError(.broken, detail: "the prefix \(prefix) belongs to another token")
    }
}
