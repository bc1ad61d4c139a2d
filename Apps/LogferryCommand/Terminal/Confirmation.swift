import ArgumentParser

/// Consent to what cannot be undone.
struct Confirmation: ParsableArguments {
    @Flag(help: "Do it without asking back; needed where no terminal is.")
    var yes = false

    /// Makes sure, before anything is looked up, that somebody can be asked.
    /// - Throws: `ValidationError` when nobody can: a script must not hang, nor do by mistake what cannot be undone.
    func prepare(_ deed: String) throws {
        guard yes || Terminal.canAsk else { throw ValidationError("\(deed) cannot be undone: repeat with --yes") }
    }

    /// Asks, unless consent was given already.
    /// - Throws: ``NotConfirmed`` when the answer is not yes.
    func confirm(_ question: String) throws {
        guard yes || Terminal.asks(question) else { throw NotConfirmed() }
    }
}

/// Somebody was asked and did not say yes.
struct NotConfirmed: Error, CustomStringConvertible {
    let description = "nothing was changed"
}
