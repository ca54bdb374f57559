"""The tables a line is made by, the line, where it went and what came back; what is wrong."""

from collections.abc import Mapping
from typing import Final

from .words import Words

LINES: Final[Mapping[str, Words]] = {
    # The tables.
    "rule.product": {
        "nl": "{code} bij {insurer}: {program}{profile}, {moment}. Gaat als {f_code}. Geldig {first} t/m {last}.",
        "en": "{code} with {insurer}: {program}{profile}, {moment}. Goes as {f_code}. Valid {first} until {last}.",
    },
    "rule.contact": {
        "nl": "{code} bij {insurer}: contact, wordt geregistreerd en nooit verzonden. Geldig {first} t/m {last}.",
        "en": "{code} with {insurer}: contact, is registered and never sent. Valid {first} until {last}.",
    },
    "rule.none": {
        "nl": "Geen rij voor {code} bij {insurer} op {day}.",
        "en": "No row for {code} with {insurer} on {day}.",
    },
    "note.overlay": {
        "nl": "Deze eigen rij vervangt de ingebouwde: {f_code}, lijst {list}, eenheden {units}.",
        "en": "This row of your own replaces the built-in one: {f_code}, list {list}, units {units}.",
    },
    "contract.found": {
        "nl": 'Contract met {insurer}{period}, met de lijst "{list}".',
        "en": 'Contract with {insurer}{period}, with the list "{list}".',
    },
    "contract.contact": {"nl": "Contract met {insurer}{period}.", "en": "Contract with {insurer}{period}."},
    "contract.no_list": {
        "nl": 'Contract met {insurer}{period}, maar zonder de lijst "{list}".',
        "en": 'Contract with {insurer}{period}, but without the list "{list}".',
    },
    "contract.none": {"nl": "Geen contract met {insurer} op {day}.", "en": "No contract with {insurer} on {day}."},
    "note.contract": {"nl": "Er is er wel een{period}.", "en": "There is one{period}."},
    "said.period": {"nl": " van {first} t/m {last}", "en": " from {first} until {last}"},
    "said.from": {"nl": " vanaf {first}", "en": " from {first}"},
    "said.until": {"nl": " t/m {last}", "en": " until {last}"},
    "said.always": {"nl": "", "en": ""},
    # The line.
    "list.row": {
        "nl": "{list}, {meaning}: zo zegt de rij van {code}.",
        "en": "{list}, {meaning}: so says the row of {code}.",
    },
    "list.twin": {
        "nl": "{list}, {meaning}. Bij {insurer} geldt {code} op deze lijst; {twin}, op de andere, geldt er niet.",
        "en": "{list}, {meaning}. With {insurer} {code} on this list is valid; {twin}, on the other, is not.",
    },
    "units.count": {"nl": "{contacts} + 1 (dit einde) = {units}.", "en": "{contacts} + 1 (this end) = {units}."},
    "units.fixed": {"nl": "{units}, een vast aantal.", "en": "{units}, a fixed number."},
    "units.unknown": {"nl": "Niet bekend: de bron geeft geen aantal.", "en": "Not known: the source gives no number."},
    "units.uncertain": {
        "nl": "{contacts} + 1 (dit einde) = {units}, maar onzeker is of deze ook meetellen: {appointments}.",
        "en": "{contacts} + 1 (this end) = {units}, but it is not certain whether these count too: {appointments}.",
    },
    "units.not_counted": {
        "nl": "Niet te tellen: dit einde hoort bij geen open traject.",
        "en": "Can't be counted: this end belongs to no open trajectory.",
    },
    "units.in_end": {
        "nl": "In het einde, {end}: {contacts} + 1 = {units}.",
        "en": "In the end, {end}: {contacts} + 1 = {units}.",
    },
    "units.no_end": {"nl": "Nog geen einde; tot nu toe {contacts}.", "en": "No end yet; {contacts} so far."},
    "said.contact": {"nl": "{count} contact", "en": "{count} contact"},
    "said.contacts": {"nl": "{count} contacten", "en": "{count} contacts"},
    "tariff.found": {
        "nl": '{tariff_cents} voor {code} in de lijst "{list}"{period}.',
        "en": '{tariff_cents} for {code} in the list "{list}"{period}.',
    },
    "tariff.none": {
        "nl": 'Geen tarief voor {code} op {day} in de lijst "{list}".',
        "en": 'No tariff for {code} on {day} in the list "{list}".',
    },
    "note.tariff": {"nl": "Er is er wel een{period}: {cents}.", "en": "There is one{period}: {cents}."},
    "amount.product": {
        "nl": "{cents}: het tarief is de prijs van het hele product.",
        "en": "{cents}: the tariff is the price of the whole product.",
    },
    "amount.unit": {
        "nl": "{units} x {tariff_cents} = {cents}: het tarief is per eenheid.",
        "en": "{units} x {tariff_cents} = {cents}: the tariff is for each unit.",
    },
    "difference.line": {
        "nl": "Verzonden is {sent}. Nu zou het {now} zijn; vanzelf wordt er niets aangepast.",
        "en": "What was sent is {sent}. Now it would be {now}; nothing is adapted by itself.",
    },
    "said.line": {
        "nl": "{f_code}, lijst {list}, eenheden {units}, {cents}",
        "en": "{f_code}, list {list}, units {units}, {cents}",
    },
    "diagnosis.fits": {
        "nl": "{found} past: {program} vraagt {expected}.",
        "en": "{found} fits: {program} asks for {expected}.",
    },
    "diagnosis.wrong": {
        "nl": "{found} past niet: {program} vraagt {expected}.",
        "en": "{found} does not fit: {program} asks for {expected}.",
    },
    "diagnosis.unusual": {
        "nl": "{found} is niet die van {program} in de handleiding, {expected}, maar mag wel.",
        "en": "{found} is not that of {program} in the manual, {expected}, but will do.",
    },
    "diagnosis.missing": {
        "nl": "Ontbreekt: {program} vraagt {expected}.",
        "en": "Missing: {program} asks for {expected}.",
    },
    "diagnosis.any": {"nl": "{found}; elke bestaande code mag.", "en": "{found}; any existing code will do."},
    "deadline.day": {
        "nl": "{insurer} neemt aan tot {months} maanden na de behandeling: t/m {last}, nog {days} dagen.",
        "en": "{insurer} takes it until {months} months after the treatment: until {last}, {days} days left.",
    },
    "deadline.passed": {
        "nl": "{insurer} nam aan tot {months} maanden na de behandeling: t/m {last}. Dat is voorbij.",
        "en": "{insurer} took it until {months} months after the treatment: until {last}. That has passed.",
    },
    "deadline.day_again": {
        "nl": "{insurer} neemt het opnieuw aan tot {months} maanden na de afwijzing: t/m {last}, nog {days} dagen.",
        "en": "{insurer} takes it again until {months} months after the refusal: until {last}, {days} days left.",
    },
    "deadline.passed_again": {
        "nl": "{insurer} nam het opnieuw aan tot {months} maanden na de afwijzing: t/m {last}. Dat is voorbij.",
        "en": "{insurer} took it again until {months} months after the refusal: until {last}. That has passed.",
    },
    "deadline.unknown": {
        "nl": "Van {insurer} is geen uiterste dag bekend.",
        "en": "No last day of {insurer} is known.",
    },
    # Where it goes and went.
    "due.line": {
        "nl": "{standard} voor UZOVI {uzovi}: {f_code}, lijst {list}, {day}, eenheden {units}, {cents}.",
        "en": "{standard} for UZOVI {uzovi}: {f_code}, list {list}, {day}, units {units}, {cents}.",
    },
    "due.credit": {
        "nl": "Credit, neemt {previous} terug. {standard} voor UZOVI {uzovi}: {f_code}, lijst {list}, {day}, "
        "eenheden {units}, {cents}.",
        "en": "Credit, takes {previous} back. {standard} for UZOVI {uzovi}: {f_code}, list {list}, {day}, "
        "units {units}, {cents}.",
    },
    "sent.debit": {
        "nl": "kenmerk  {reference}{element}\n"
        "factuur  {invoice} van {day}, {standard}, UZOVI {uzovi}\n"
        "regel    {f_code}, lijst {list}, {care}, eenheden {units}, {cents}\n"
        "bestand  {file}{record}",
        "en": "reference  {reference}{element}\n"
        "invoice    {invoice} of {day}, {standard}, UZOVI {uzovi}\n"
        "line       {f_code}, list {list}, {care}, units {units}, {cents}\n"
        "file       {file}{record}",
    },
    "sent.credit": {
        "nl": "kenmerk  {reference}{element}, neemt {previous} terug\n"
        "factuur  {invoice} van {day}, {standard}, UZOVI {uzovi}\n"
        "regel    {f_code}, lijst {list}, {care}, eenheden {units}, {cents}\n"
        "bestand  {file}{record}",
        "en": "reference  {reference}{element}, takes {previous} back\n"
        "invoice    {invoice} of {day}, {standard}, UZOVI {uzovi}\n"
        "line       {f_code}, list {list}, {care}, units {units}, {cents}\n"
        "file       {file}{record}",
    },
    "sent.withdrawn": {
        "nl": "kenmerk {reference} van run {run} is nooit verzonden: die run is op {withdrawn} ingetrokken ({why}).",
        "en": "reference {reference} of run {run} was never sent: that run was withdrawn on {withdrawn} ({why}).",
    },
    "sent.short": {
        "nl": "{reference}: {what} {appointment}, {f_code}, {cents}, factuur {invoice}; {status}.",
        "en": "{reference}: {what} {appointment}, {f_code}, {cents}, invoice {invoice}; {status}.",
    },
    "said.element": {"nl": " (element 0434)", "en": " (element 0434)"},
    "said.record": {"nl": "\nrecord   {record}, in run {run}", "en": "\nrecord     {record}, in run {run}"},
    "said.file": {"nl": "{path}", "en": "{path}"},
    "said.file_gone": {"nl": "{path} (staat er niet meer)", "en": "{path} (no longer there)"},
    "said.debit": {"nl": "afspraak", "en": "appointment"},
    "said.credit": {"nl": "credit van", "en": "credit of"},
    "said.status_sent": {"nl": "nog geen antwoord", "en": "no answer yet"},
    "said.status_granted": {"nl": "toegekend", "en": "granted"},
    "said.status_partly_granted": {"nl": "deels toegekend", "en": "granted in part"},
    "said.status_refused": {"nl": "afgewezen", "en": "refused"},
    "said.status_credited": {"nl": "gecrediteerd", "en": "credited"},
    "said.status_withdrawn": {"nl": "ingetrokken", "en": "withdrawn"},
    "answer.sent": {"nl": "Nog geen antwoord van {insurer}.", "en": "No answer from {insurer} yet."},
    "answer.granted": {
        "nl": "{insurer} kende op {answered} {granted_cents} toe.",
        "en": "{insurer} granted {granted_cents} on {answered}.",
    },
    "answer.partly_granted": {
        "nl": "{insurer} kende op {answered} {granted_cents} toe van {cents}.",
        "en": "{insurer} granted {granted_cents} of {cents} on {answered}.",
    },
    "answer.refused": {
        "nl": "{insurer} wees dit op {answered} af.",
        "en": "{insurer} refused this on {answered}.",
    },
    "answer.refused_with_file": {
        "nl": "VECOZO wees dit op {answered} af, met het hele bestand.",
        "en": "VECOZO refused this on {answered}, with the whole file.",
    },
    "answer.credited": {
        "nl": "Teruggenomen door een credit.",
        "en": "Taken back by a credit.",
    },
    "answer.credited_after": {
        "nl": "{insurer} kende op {answered} {granted_cents} toe van {cents}. Daarna teruggenomen door een credit.",
        "en": "{insurer} granted {granted_cents} of {cents} on {answered}. Taken back by a credit afterwards.",
    },
    "note.return_code": {"nl": "{code}: {meaning}", "en": "{code}: {meaning}"},
    "said.why": {"nl": " ({why})", "en": " ({why})"},
    "correction.credit": {"nl": "Op {day} gevraagd te crediteren{why}.", "en": "Asked to credit on {day}{why}."},
    "correction.redeclare": {
        "nl": "Op {day} gevraagd opnieuw te declareren{why}.",
        "en": "Asked to declare again on {day}{why}.",
    },
    "correction.correct": {
        "nl": "Op {day} gevraagd te corrigeren{why}.",
        "en": "Asked to correct on {day}{why}.",
    },
    "correction.cancel": {
        "nl": "Op {day} gevraagd toch niet te crediteren{why}.",
        "en": "Asked on {day} not to credit after all{why}.",
    },
    "correction.credit_waits": {
        "nl": "Wordt gecrediteerd zodra de gegevens van de praktijk zijn verbeterd.",
        "en": "Is credited once the details of the practice are corrected.",
    },
    "correction.waits_line": {
        "nl": "Gaat vanzelf opnieuw mee zodra de regel een andere is, of na: ei-export redeclare {reference}",
        "en": "Goes out again by itself once the line is another, or after: ei-export redeclare {reference}",
    },
    "correction.waits_header": {
        "nl": "Gaat vanzelf opnieuw mee zodra de gegevens van de praktijk zijn verbeterd.",
        "en": "Goes out again by itself once the details of the practice are corrected.",
    },
    "correction.waits_feed": {
        "nl": "Gaat opnieuw mee zodra de afspraak in de invoer verandert, of na: ei-export redeclare {reference}",
        "en": "Goes out again once the appointment changes in the feed, or after: ei-export redeclare {reference}",
    },
    # What is wrong; the words are those of the catalogue.
    "problem.error": {"nl": "{who}{message}", "en": "{who}{message}"},
    "problem.warning": {"nl": "{who}{message}", "en": "{who}{message}"},
    "problem.info": {"nl": "{who}{message}", "en": "{who}{message}"},
    "said.who": {"nl": "{appointment}: ", "en": "{appointment}: "},
    "answer.remark": {"nl": '{insurer} schrijft erbij: "{remark}"', "en": '{insurer} writes: "{remark}"'},
    "remedy.answer": {"nl": "{meaning} {remedy}", "en": "{meaning} {remedy}"},
    "remedy.partly": {
        "nl": "Moet het bedrag anders, verbeter het dan en geef: ei-export correct {reference}. De volgende run "
        "crediteert de regel en declareert hem opnieuw.",
        "en": "If the amount has to change, correct it and give: ei-export correct {reference}. The next run credits "
        "the line and declares it again.",
    },
    "said.meaning_unknown": {"nl": "betekenis niet bekend", "en": "meaning unknown"},
    "remedy.do": {"nl": "{remedy}", "en": "{remedy}"},
    # A run, and a declaration.
    "outcome.run": {
        "nl": "gemaakt op {day}; bestanden: {files}, regels: {lines}, {cents}.",
        "en": "made on {day}; files: {files}, lines: {lines}, {cents}.",
    },
    "outcome.invoice": {
        "nl": "in run {run} van {day}; regels: {lines}, {cents}.",
        "en": "in run {run} of {day}; lines: {lines}, {cents}.",
    },
    "declaration.file": {
        "nl": "{file}\nfactuur {invoice}, {standard}, {insurer} (UZOVI {uzovi}); personen: {persons}, regels: {lines}, "
        "{cents}. {answer}",
        "en": "{file}\ninvoice {invoice}, {standard}, {insurer} (UZOVI {uzovi}); persons: {persons}, lines: {lines}, "
        "{cents}. {answer}",
    },
    "said.declaration_sent": {"nl": "Nog geen antwoord.", "en": "No answer yet."},
    "said.declaration_answered": {
        "nl": "Beantwoord, ingelezen op {day}: {granted_cents} toegekend.",
        "en": "Answered, read on {day}: {granted_cents} granted.",
    },
    "said.declaration_refused": {
        "nl": "In zijn geheel afgewezen, ingelezen op {day}.",
        "en": "Refused as a whole, read on {day}.",
    },
    "said.declaration_withdrawn": {"nl": "Ingetrokken, niet verstuurd.", "en": "Withdrawn, not sent."},
    # A patient.
    "note.counts": {"nl": "{counts}.", "en": "{counts}."},
    "rest.counts": {"nl": "Buiten een traject: {counts}.", "en": "Outside any trajectory: {counts}."},
    "said.n_due": {"nl": "in de volgende run: {count} ({cents})", "en": "in the next run: {count} ({cents})"},
    "said.n_sent": {"nl": "gedeclareerd: {count} ({cents})", "en": "declared: {count} ({cents})"},
    "said.n_counted": {"nl": "contact: {count}", "en": "contact: {count}"},
    "said.n_earlier": {"nl": "door een ander systeem: {count}", "en": "by another system: {count}"},
    "said.n_taken_back": {"nl": "teruggenomen: {count}", "en": "taken back: {count}"},
    "said.n_held": {"nl": "vastgehouden: {count}", "en": "held: {count}"},
    "said.n_unreadable": {"nl": "niet te lezen: {count}", "en": "can't be read: {count}"},
    "said.n_no_agreement": {"nl": "zonder contract: {count}", "en": "without a contract: {count}"},
    "said.n_not_zorg1": {"nl": "geen Zorg1: {count}", "en": "no Zorg1: {count}"},
    "said.n_not_completed": {"nl": "niet voltooid: {count}", "en": "not completed: {count}"},
}
