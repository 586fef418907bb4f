//! Configuration files and the dialplan, but for `UpdateConfig`.

use crate::action::Action;

actions! {
    /// Reads a configuration file.
    ///
    /// A file that is not there is refused with `Config file not found`, and one outside the
    /// configuration's directory with `File requires escalated privileges` (22), unless
    /// `live_dangerously` is set. [`Client::get_config`](crate::Client::get_config) gives the file as a structure.
    GetConfig(filename: text = "Filename") needs "system, config" in "1.4 and later"
        answers "a response with `Category-000000`, its lines `Line-000000-000000`, `Line-000000-000001`, each `name=value`, and so on" {
        set category: text = "Category", "Only this category.";
        join filter: text = "Filter", "Only categories with a variable that matches `name=value`, both regular expressions, \
            or with `TEMPLATES=include` or `restrict` for templates; can be called again, then all must match (13 and later).";
    }

    /// Reads a configuration file as JSON.
    ///
    /// Up to 1.8 and in some later versions what comes is not valid JSON.
    GetConfigJSON(filename: text = "Filename") needs "system, config" in "1.6 and later"
        answers "a response with `JSON`, in one line however long" {
        set category: text = "Category", "Only this category (16 and later).";
        join filter: text = "Filter", "Only some categories, as with [`GetConfig::filter`]; can be called again (13 and later).";
    }

    /// Lists the categories of a configuration file.
    ListCategories(filename: text = "Filename") needs "config" in "1.6 and later"
        answers "a response with `Category-000000`, `Category-000001` and so on; where there is none, with a header `Error`" {
        join filter: text = "Match", "Only some categories, as with [`GetConfig::filter`]; can be called again (16 and later, not documented).";
    }

    /// Makes an empty configuration file.
    CreateConfig(filename: text = "Filename") needs "config" in "1.6 and later" answers "a plain response" {}

    /// Lists the dialplan.
    ///
    /// No event tells that this has changed.
    ShowDialPlan() needs "config, reporting" in "1.6 and later" lists "events [`ListDialplan`](crate::event::ListDialplan)" completes "ShowDialPlanComplete" {
        set context: text = "Context", "Only this context.";
        set extension: text = "Extension", "Only this extension.";
    }

    /// Adds a priority to an extension, until the dialplan is reloaded.
    ///
    /// The priority is a number or `hint`. A context that does not exist is made.
    DialplanExtensionAdd(context: text = "Context", extension: text = "Extension", priority: any = "Priority", application: text = "Application")
        needs "system" in "13 and later" answers "a plain response" {
        set application_data: text = "ApplicationData", "The application's arguments.";
        set replace: yes = "Replace", "Replaces what the priority had; without it that is an error.";
    }

    /// Removes an extension from the dialplan, or one of its priorities.
    DialplanExtensionRemove(context: text = "Context", extension: text = "Extension") needs "system" in "13 and later"
        answers "a plain response" {
        set priority: any = "Priority", "Only this priority, a number or `hint`.";
    }
}
