//! Items and ends of lists that belong to no other topic.

use super::prelude::*;

events! {
    /// A value from Asterisk's database, what the action `DBGet` asks for.
    ///
    /// No class. Asterisk 1.8 to 23.
    DBGetResponse {
        family: Text["Family"],
        key: Text["Key"],
        /// The value; a colon in it is part of it.
        val: Text["Val"],
    }

    /// Ends the list of the action `DBGet`.
    ///
    /// No class. Asterisk 1.8 to 23; up to 13.1 this event alone ends the list, without `EventList`.
    DBGetComplete {
        list: group ListEnd[""],
    }

    /// A value from Asterisk's database, in the list of the action `DBGetTree`.
    ///
    /// No class. Asterisk 16 to 23, from 16.28, 18.14 and 19.6 on.
    DBGetTreeResponse {
        /// The family and the key in it, joined by `/`.
        key: Text["Key"],
        /// The value; a colon in it is part of it.
        val: Text["Val"],
    }

    /// Ends the list of the action `DBGetTree`.
    ///
    /// No class. Asterisk 16 to 23, from 16.28, 18.14 and 19.6 on.
    DBGetTreeComplete {
        list: group ListEnd[""],
    }

    /// A line of the dialplan, in the list of the action `ShowDialPlan`.
    ///
    /// A line is a step of an extension, an included context, a switch or a pattern to ignore.
    ///
    /// No class. Asterisk 1.8 to 23.
    ListDialplan {
        context: Text["Context"],
        extension: Text["Extension"],
        /// The label of the step.
        extension_label: Text["ExtensionLabel"],
        /// The number of the step, or `hint`.
        priority: Text["Priority"],
        application: Text["Application"],
        /// The application's arguments.
        app_data: Text["AppData"],
        /// Who put the line into the dialplan, such as `pbx_config`.
        registrar: Text["Registrar"],
        /// The context that is included.
        include_context: Text["IncludeContext"],
        /// The switch, as `name/data`.
        switch: Text["Switch"],
        /// The pattern after which the dial tone goes on.
        ignore_pattern: Text["IgnorePattern"],
    }

    /// Ends the list of the action `ShowDialPlan`.
    ///
    /// No class. Asterisk 1.8 to 23.
    ShowDialPlanComplete {
        list: group ListEnd[""],
        /// The extensions that were listed.
        list_extensions: u32["ListExtensions"],
        /// The steps that were listed.
        list_priorities: u32["ListPriorities"],
        /// The contexts that were listed.
        list_contexts: u32["ListContexts"],
    }

    /// Ends what the action `WaitEvent` waited for.
    ///
    /// No class. Asterisk 1.8 to 23, never with `EventList`.
    WaitEventComplete {}
}
