/// What settings that name places at a fimidara server may be, so that what it would refuse later is refused at once.
public enum FimidaraNames {
    /// What is wrong with a base URL, as the rest of a sentence that begins with its name; `nil` when nothing is.
    ///
    /// It shows nothing of the URL.
    public static func complaint(aboutURL text: String) -> String? {
        FimidaraSettings.isBaseURL(Substring(text))
            ? nil : "must be a URL that begins with http:// or https://, without a query and without credentials"
    }

    /// What is wrong with the root name of a workspace; `nil` when nothing is.
    public static func complaint(aboutRootname text: String) -> String? {
        SafeName.isSafe(text) ? nil : "must be \(SafeName.rule): the file store knows no other root names"
    }

    /// What is wrong with the folder that holds the apps' folders; `nil` when nothing is.
    public static func complaint(aboutPrefix text: String) -> String? {
        let segments = text.split(separator: "/")
        guard !segments.isEmpty else { return "must name a folder, such as logs" }
        guard segments.allSatisfy({ SafeName.isSafe($0) }) else {
            return "must be folders of \(SafeName.rule), with slashes between them: the file store would take other "
                + "characters for patterns"
        }
        guard segments.count <= longestPrefix else {
            return
                "must have at most \(longestPrefix) folders: the file store has room for \(SafeName.depthLimit), the root "
                + "name, the app's folder and the file included"
        }
        return nil
    }

    /// Most folders of a prefix: the root name comes before them, the app's folder and the file behind.
    private static let longestPrefix = SafeName.depthLimit - 3
}
