import type english from "../chain/refusals.json";

/** The refusals of the chain in German: of each code that it has, and of no other. */
export const refusals: Readonly<Record<keyof typeof english, string>> = {
  "System.InvalidSpecName": "Die neue Runtime nennt einen anderen Namen der Spezifikation als die bisherige.",
  "System.SpecVersionNeedsToIncrease":
    "Die Version der neuen Runtime darf nicht niedriger sein als die der bisherigen.",
  "System.FailedToExtractRuntimeVersion": "Die Version der neuen Runtime ließ sich nicht ermitteln.",
  "System.NonDefaultComposite": "Das Konto lässt sich nicht auflösen, solange noch Daten zu ihm gespeichert sind.",
  "System.NonZeroRefCount": "Das Konto lässt sich nicht entfernen, solange noch etwas darauf verweist.",
  "System.CallFiltered": "Dieser Vorgang ist zurzeit nicht zugelassen.",
  "System.MultiBlockMigrationsOngoing":
    "Eine Umstellung der gespeicherten Daten läuft noch. Bis sie beendet ist, lässt sich die Runtime nicht ersetzen.",
  "System.NothingAuthorized": "Es ist keine neue Runtime freigegeben.",
  "System.Unauthorized": "Die gesendete Runtime ist nicht die freigegebene.",
  "Grandpa.PauseFailed":
    "GRANDPA lässt sich jetzt nicht anhalten: Es ist schon angehalten, oder das Anhalten steht schon bevor.",
  "Grandpa.ResumeFailed": "GRANDPA lässt sich jetzt nicht fortsetzen: Es läuft, oder das Fortsetzen steht schon bevor.",
  "Grandpa.ChangePending": "Ein Wechsel der Validatoren von GRANDPA steht schon bevor.",
  "Grandpa.TooSoon": "Seit dem letzten erzwungenen Wechsel ist noch zu wenig Zeit vergangen.",
  "Grandpa.InvalidKeyOwnershipProof":
    "Der Bericht über eine doppelte Stimme weist nicht richtig nach, wem der Schlüssel gehört.",
  "Grandpa.InvalidEquivocationProof": "Der Bericht weist die doppelte Stimme nicht richtig nach.",
  "Grandpa.DuplicateOffenceReport": "Der Bericht über die doppelte Stimme stimmt, wurde aber schon früher eingereicht.",
  "Validators.AlreadyMember": "Das Konto gehört schon zu den Validatoren.",
  "Validators.NotMember": "Das Konto gehört nicht zu den Validatoren.",
  "Validators.TooManyMembers": "Es gibt schon so viele Validatoren, wie es höchstens sein dürfen.",
  "Session.InvalidProof": "Der Nachweis, wem die Schlüssel gehören, ist ungültig.",
  "Session.NoAssociatedValidatorId": "Zu diesem Konto gehört kein Validator.",
  "Session.DuplicatedKey": "Einer der Schlüssel ist schon vergeben.",
  "Session.NoKeys": "Für dieses Konto sind keine Schlüssel hinterlegt.",
  "Session.NoAccount":
    "Das Konto, das die Schlüssel hinterlegen soll, besteht nicht. Deshalb lassen sie sich ihm nicht zuordnen.",
  "Consortium.NotEnactable":
    "Dieser Vorgang gehört nicht zu denen, die der Rat mit vollen Rechten ausführen lassen darf. Schlagen Sie einen anderen vor.",
  "Consortium.NoOffence":
    "Zu diesem Konto wartet kein Verstoß darauf, zur Kenntnis genommen zu werden. Sehen Sie in der Liste der Verstöße nach.",
  "Administrators.AlreadyMember": "Das Konto gehört schon zur Verwaltung.",
  "Administrators.NotMember": "Das Konto gehört nicht zur Verwaltung.",
  "Administrators.TooManyMembers": "Die Verwaltung hat schon so viele Konten, wie es höchstens sein dürfen.",
  "Council.NotMember": "Das Konto gehört nicht zum Rat.",
  "Council.DuplicateProposal": "Dieser Vorschlag liegt dem Rat schon vor.",
  "Council.ProposalMissing": "Diesen Vorschlag gibt es nicht, oder es wurde schon über ihn entschieden.",
  "Council.WrongIndex": "Die angegebene Nummer gehört nicht zu diesem Vorschlag.",
  "Council.DuplicateVote": "Sie haben schon so abgestimmt. Die Stimme zählt nur einmal.",
  "Council.AlreadyInitialized": "Die Mitglieder des Rats sind schon festgelegt.",
  "Council.TooEarly": "Die Abstimmung läuft noch und lässt sich erst nach ihrem Ende abschließen.",
  "Council.TooManyProposals": "Es sind schon so viele Vorschläge offen, wie es höchstens sein dürfen.",
  "Council.WrongProposalWeight": "Die angegebene Obergrenze für den Aufwand des Vorschlags ist zu niedrig.",
  "Council.WrongProposalLength": "Die angegebene Obergrenze für die Länge des Vorschlags ist zu niedrig.",
  "Council.PrimeAccountNotMember": "Das Konto für den Vorsitz gehört nicht zum Rat.",
  "Council.ProposalActive": "Über den Vorschlag wird noch abgestimmt.",
  "CouncilMembers.AlreadyMember": "Das Konto gehört schon zum Rat.",
  "CouncilMembers.NotMember": "Das Konto gehört nicht zum Rat.",
  "CouncilMembers.TooManyMembers": "Der Rat hat schon so viele Mitglieder, wie es höchstens sein dürfen.",
  "TxPause.IsPaused": "Dieser Vorgang ist angehalten.",
  "TxPause.IsUnpaused": "Dieser Vorgang ist nicht angehalten.",
  "TxPause.Unpausable": "Dieser Vorgang ist vom Anhalten ausgenommen.",
  "TxPause.NotFound": "Diesen Vorgang gibt es nicht.",
  "Rounds.RoundUnderWay": "Eine Runde läuft schon. Warten Sie, bis sie beendet ist.",
  "Rounds.NobodyToBegin":
    "Niemand hält Anteile am gemeinsamen Schlüssel, und es gibt keinen Validator, der ihn erzeugen könnte. Sehen Sie die Liste der Validatoren an.",
  "Rounds.NoKey":
    "Es gibt noch keinen gemeinsamen Schlüssel, der sich erneuern ließe. Den ersten erzeugen die Validatoren von selbst.",
  "Rounds.RenewalUnderWay": "Der gemeinsame Schlüssel wird schon erneuert. Warten Sie, bis diese Runde beendet ist.",
  "Rounds.TooManyEarlier":
    "Es werden schon so viele ersetzte Schlüssel aufbewahrt, wie es sein dürfen. Legen Sie zuerst einen still, dessen Unterlagen alle neu versiegelt sind.",
  "Rounds.NoEarlierKey":
    "Unter dieser Nummer wird kein ersetzter Schlüssel aufbewahrt. Sehen Sie die Liste der früheren Schlüssel an.",
  "Rounds.OtherRound": "Das ist nicht die laufende Runde. Sehen Sie ihre Nummer nach.",
  "Rounds.OtherPhase": "Die Runde ist in einem anderen Abschnitt. Sehen Sie nach, in welchem.",
  "Rounds.NotInRound": "Dieser Validator nimmt an der Runde nicht teil. Sehen Sie die Liste der Teilnehmenden an.",
  "Rounds.AlreadyActed": "Dieser Validator hat in diesem Abschnitt schon gehandelt. Warten Sie auf den nächsten.",
  "Rounds.Malformed":
    "Der Beitrag hat nicht die Form, die diese Runde verlangt, oder nennt jemanden, der zuvor nicht gehandelt hat. Sehen Sie die Runde an.",
  "Rounds.OtherShare":
    "Weitergegeben wurde ein anderer Anteil als der festgehaltene. Geben Sie den festgehaltenen weiter.",
  "Rounds.OtherKey": "Das Ergebnis hat einen anderen Schlüssel als den, der weitergegeben wird. Berechnen Sie es neu.",
  "Rounds.Forged":
    "Diesen Beitrag zu dieser Runde hat nicht der genannte Validator unterschrieben. Unterschreiben Sie mit seinem Schlüssel für die Runde.",
  "Registry.AlreadyRegistered":
    "Dieses Konto gehört schon einem Mitglied. Handeln Sie als dieses Mitglied, oder registrieren Sie ein anderes Konto.",
  "Registry.AdministratorCannotBeMember":
    "Ein Konto der Verwaltung kann kein Mitglied sein. Registrieren Sie ein anderes Konto.",
  "Registry.DetailsNotForPatients":
    "Patientinnen und Patienten veröffentlichen keine Angaben. Registrieren Sie sich ohne sie, und speichern Sie ein Profil: Es ist verschlüsselt.",
  "Registry.DetailsMissing": "Wer sich beruflich anmeldet, macht öffentliche Angaben. Ergänzen Sie sie.",
  "Registry.DetailBlank":
    "Name, Zulassungsnummer und ausstellende Stelle werden für die Prüfung gebraucht. Füllen Sie alle drei aus.",
  "Registry.DetailNotText":
    "Eine Angabe enthält Zeichen, die nicht gezeigt werden können. Schreiben Sie sie als einfachen Text.",
  "Registry.EncryptionKeyTooWeak":
    "Für diesen Schlüssel lässt sich nichts sicher versiegeln. Erzeugen Sie einen anderen.",
  "Registry.UsernameTooShort": "Der Benutzername hat weniger als drei Zeichen. Wählen Sie einen längeren.",
  "Registry.UsernameNotLowerCase": "Der Benutzername enthält einen Großbuchstaben. Schreiben Sie ihn klein.",
  "Registry.UsernameCharacterUnknown":
    "Der Benutzername enthält ein anderes Zeichen als a–z, 0–9, Punkt, Unterstrich und Bindestrich. Wählen Sie einen anderen.",
  "Registry.UsernameEdgeNotAlphanumeric":
    "Der Benutzername beginnt oder endet mit Punkt, Unterstrich oder Bindestrich. Am Anfang und Ende muss ein Buchstabe oder eine Ziffer stehen.",
  "Registry.UsernameSeparatorsAdjacent":
    "Im Benutzernamen stehen Punkt, Unterstrich oder Bindestrich nebeneinander. Lassen Sie nur eines davon stehen.",
  "Registry.UsernameTaken":
    "Dieser Benutzername ist vergeben, oder er sieht einem vergebenen zu ähnlich. Wählen Sie einen anderen.",
  "Registry.NotAMember": "Dieses Konto ist nicht registriert. Registrieren Sie sich zuerst.",
  "Registry.UnknownMember": "Kein Mitglied hat diese Nummer. Suchen Sie nach dem Benutzernamen.",
  "Registry.NotAProfessional":
    "Dieses Mitglied ist eine Patientin oder ein Patient und wird nicht geprüft. Geben Sie die Nummer eines Mitglieds an, das sich beruflich angemeldet hat.",
  "Registry.OwnMembership":
    "Über die eigene Zulassung entscheidet niemand selbst. Bitten Sie jemand anders aus der Verwaltung.",
  "Registry.NotPending":
    "Dieses Mitglied wartet nicht auf Prüfung. Ist es abgelehnt, muss es sich zuerst erneut bewerben; ist es gesperrt, lassen Sie es wieder zu.",
  "Registry.NotActive":
    "Dieses Mitglied ist zurzeit nicht zugelassen. Nur wer zugelassen ist, kann dies tun oder gesperrt werden.",
  "Registry.NotSuspended": "Dieses Mitglied ist nicht gesperrt. Wartet es auf Prüfung, lassen Sie es stattdessen zu.",
  "Registry.NotRejected": "Diese Registrierung ist nicht abgelehnt. Eine erneute Bewerbung ist nicht nötig.",
  "Registry.NoCertificate": "Es gibt kein gültiges Zeugnis. Zuerst muss eines gespeichert werden.",
  "Registry.AccountRetired":
    "Dieses Konto gehörte einem Mitglied, das jetzt ein anderes hat. Nehmen Sie ein anderes Konto.",
  "Registry.VoucherNotByInstitution":
    "Die Bürgschaft hat ein Konto unterschrieben, das nicht für die genannte Einrichtung handelt. Bitten Sie um eine andere.",
  "Registry.InstitutionNotActive":
    "Die Einrichtung, die bürgt, ist kein zugelassenes Krankenhaus und keine zugelassene Apotheke. Bitten Sie eine andere Einrichtung.",
  "Registry.VoucherForged":
    "Die Bürgschaft gilt nicht für dieses Konto, oder nicht in diesem Verbund. Bitten Sie die Einrichtung um eine, die gilt.",
  "Registry.StatementExpired": "Der unterschriebene Text ist abgelaufen. Lassen Sie sich einen neuen geben.",
  "Registry.StatementTooLong":
    "Der unterschriebene Text gilt länger als dreißig Tage. Lassen Sie sich einen geben, der kürzer gilt.",
  "Registry.ConsentForged": "Das neue Konto hat dem nicht zugestimmt. Der Text muss mit diesem Konto erstellt sein.",
  "Registry.Suspended": "Dieses Mitglied ist gesperrt. Warten Sie, bis die Verwaltung es wieder zulässt.",
  "Registry.KeyUnchanged": "Das ist der Schlüssel, der schon gilt. Erzeugen Sie einen anderen.",
  "Registry.AccountTaken":
    "Dieses Konto kann nicht übernehmen: Es gehört einem Mitglied, der Verwaltung oder dem Personal einer Einrichtung. Nehmen Sie ein anderes.",
  "Registry.OwnGuardian": "Für die Wiederherstellung können Sie nicht sich selbst benennen. Benennen Sie andere.",
  "Registry.GuardianTwice": "Eine Person ist zweimal benannt. Benennen Sie jede nur einmal.",
  "Registry.ThresholdOutOfRange":
    "Mindestens eine Person muss zustimmen, und höchstens so viele, wie Sie benennen. Wählen Sie eine Zahl dazwischen.",
  "Registry.WaitOutOfRange":
    "Widersprechen können Sie mindestens einen Tag und höchstens neunzig Tage lang. Wählen Sie eine Dauer dazwischen.",
  "Registry.NotGuardian":
    "Dieses Mitglied hat Sie nicht für die Wiederherstellung benannt. Wenden Sie sich an jemanden, den es benannt hat.",
  "Registry.NoRecovery":
    "Diese Wiederherstellung ist nicht vorgeschlagen, oder das Mitglied hat ihr widersprochen. Schlagen Sie sie vor.",
  "Registry.ApprovedAlready": "Sie haben schon zugestimmt. Jetzt müssen es andere tun.",
  "Registry.TooFewApprovals": "Es haben noch nicht genug Personen zugestimmt. Fragen Sie die anderen.",
  "Registry.WaitNotOver": "Das Mitglied kann noch widersprechen. Warten Sie, bis diese Zeit vorbei ist.",
  "Registry.NothingToObject":
    "Niemand schlägt vor, dieses Konto wiederherzustellen. Es gibt nichts, dem Sie widersprechen könnten.",
  "Registry.KeyVersionNotCurrent":
    "Ein Schlüssel wurde inzwischen ersetzt: Die Kopie ist nicht die des geltenden, oder sie ist nicht für den geltenden versiegelt. Beginnen Sie noch einmal.",
  "Registry.NoCopyToReturn":
    "Sie haben keine Kopie eines früheren Schlüssels dieses Mitglieds. Es gibt nichts zurückzugeben.",
  "Registry.NotAnInstitution":
    "Nur ein Krankenhaus oder eine Apotheke hat Personal. Melden Sie sich mit dem Konto einer solchen Einrichtung an.",
  "Registry.StaffAccountTaken":
    "Dieses Konto lässt sich nicht als Personal aufnehmen: Es ist oder war das eines Mitglieds, oder es gehört zur Verwaltung oder schon zum Personal. Nehmen Sie ein anderes.",
  "Registry.TooManyStaff":
    "Die Einrichtung hat schon so viele Personen aufgenommen, wie sie darf. Entfernen Sie zuerst eine.",
  "Registry.NotStaff": "Dieses Konto gehört nicht zum Personal dieser Einrichtung. Prüfen Sie es.",
  "Registry.AccountIsStaff":
    "Dieses Konto handelt für eine Einrichtung und kann nicht zugleich das eines Mitglieds sein. Verlassen Sie die Einrichtung, oder nehmen Sie ein anderes Konto.",
  "Registry.NotAPatient":
    "Nur Patientinnen und Patienten melden Neugeborene an. Melden Sie sich mit einem solchen Konto an.",
  "Registry.TooManyDependants":
    "Sie führen schon so viele Konten für andere, wie Sie dürfen. Übergeben Sie zuerst eines.",
  "Registry.NotADependant":
    "Sie führen das Konto dieses Mitglieds nicht, oder es wurde schon übergeben. Prüfen Sie die Nummer.",
  "Registry.NotAHospital":
    "Nur ein Krankenhaus kann Ärztinnen und Ärzten anbieten, zu ihm zu gehören. Melden Sie sich mit dem Konto eines Krankenhauses an.",
  "Registry.NotADoctor":
    "Nur Ärztinnen und Ärzte können zu einem Krankenhaus gehören. Geben Sie die Nummer einer Ärztin oder eines Arztes an.",
  "Registry.DoctorNotActive":
    "Diese Ärztin oder dieser Arzt ist zurzeit nicht zugelassen. Warten Sie, bis die Verwaltung das geändert hat.",
  "Registry.AffiliationExists":
    "Das Krankenhaus hat das schon angeboten. Die Ärztin oder der Arzt nimmt es an, oder eine der beiden Seiten beendet es.",
  "Registry.NoAffiliation":
    "Es gibt kein Angebot dieses Krankenhauses, zu ihm zu gehören. Zuerst muss es eines machen.",
  "Registry.AffiliationAccepted": "Das Angebot ist schon angenommen. Es gibt nichts mehr anzunehmen.",
  "Registry.DetailsSettled":
    "Angaben, die die Verwaltung bestätigt hat, bleiben, wie sie sind. Ändern lassen sie sich nur, solange die Registrierung auf Prüfung wartet oder abgelehnt ist.",
  "Registry.ConsentUsed":
    "Mit diesem Text wurde das Konto schon einmal aufgenommen und danach entfernt. Lassen Sie sich einen neuen geben.",
  "Registry.RecoveryExpired":
    "Die Wiederherstellung wurde nicht innerhalb von dreißig Tagen ausgeführt. Sie muss neu vorgeschlagen werden, und ihr muss neu zugestimmt werden.",
  "Registry.AdministratorMoves":
    "Das Konto gehört zur Verwaltung, deshalb kann kein anderes an seine Stelle treten. Zuerst muss der Rat es abberufen.",
  "Registry.ChangedMeanwhile":
    "Die Angaben oder das Zeugnis haben sich geändert, seit Sie sie angesehen haben. Sehen Sie an, was jetzt gilt.",
  "Appointments.NotAMember": "Dieses Konto ist nicht registriert. Registrieren Sie sich zuerst.",
  "Appointments.NotActive":
    "Dieses Mitglied darf nicht handeln: Es wartet auf die Verwaltung, wurde abgelehnt oder ist gesperrt. Sehen Sie seinen Stand an.",
  "Appointments.NotAPatient":
    "Das können nur Patientinnen und Patienten tun. Melden Sie sich mit einem solchen Konto an.",
  "Appointments.NotADoctor": "Das können nur Ärztinnen und Ärzte tun. Melden Sie sich mit einem solchen Konto an.",
  "Appointments.UnknownDoctor":
    "Niemand unter den Ärztinnen und Ärzten hat diese Nummer. Suchen Sie nach dem Benutzernamen.",
  "Appointments.DoctorNotActive":
    "Diese Ärztin oder dieser Arzt ist zurzeit nicht zugelassen. Wählen Sie jemand anders.",
  "Appointments.TimeOffGrid": "Beginn und Ende müssen auf einer Viertelstunde liegen. Wählen Sie solche Zeiten.",
  "Appointments.EndNotAfterStart": "Der Termin endet nicht nach seinem Beginn. Wählen Sie ein späteres Ende.",
  "Appointments.StartPassed": "Der Beginn ist schon vorbei. Wählen Sie einen späteren.",
  "Appointments.TooFarAhead": "Der Termin liegt mehr als ein Jahr in der Zukunft. Wählen Sie eine frühere Zeit.",
  "Appointments.TooLong": "Der Termin dauert länger als acht Stunden. Bitten Sie um mehrere.",
  "Appointments.SlotTaken": "In der Praxis ist zu dieser Zeit schon ein Termin zugesagt. Wählen Sie eine andere Zeit.",
  "Appointments.PatientBusy":
    "Die Patientin oder der Patient hat zu dieser Zeit schon einen zugesagten Termin. Wählen Sie eine andere Zeit, oder sagen Sie den anderen ab.",
  "Appointments.KeyVersionNotCurrent": "Die Praxis hat inzwischen einen neuen Schlüssel. Beginnen Sie noch einmal.",
  "Appointments.TooManyOpenRequests":
    "Sechzehn Termine warten schon auf Antwort, mehr dürfen es nicht sein. Sagen Sie einen ab, oder warten Sie.",
  "Appointments.UnknownAppointment": "Kein Termin hat diese Nummer. Sehen Sie in Ihren Terminen nach.",
  "Appointments.NotYourAppointment": "Dieser Termin gehört anderen. Sehen Sie in Ihren eigenen nach.",
  "Appointments.NotRequested": "Der Termin ist schon beantwortet oder abgesagt. Es gibt nichts zu beantworten.",
  "Appointments.NotAccepted": "Der Termin ist nicht zugesagt. Nur ein zugesagter kann stattfinden.",
  "Appointments.NotOpen":
    "Der Termin ist abgelehnt oder abgesagt, oder er hat stattgefunden. Er lässt sich nicht mehr absagen.",
  "Appointments.OutsideOpeningTimes":
    "Der Termin liegt nicht ganz in den Sprechzeiten. Sehen Sie die Sprechzeiten an, und wählen Sie eine andere Zeit.",
  "Appointments.DayOff":
    "Die Praxis hat an diesem Tag frei. Sehen Sie die Sprechzeiten an, und wählen Sie einen anderen Tag.",
  "Appointments.OpeningTimeMalformed":
    "Eine Sprechzeit nennt keinen Wochentag, oder sie endet nicht nach ihrem Beginn. Berichtigen Sie sie.",
  "Appointments.DaysOffMalformed": "Freie Tage enden, bevor sie beginnen. Berichtigen Sie sie.",
  "Appointments.ReplacementWaits":
    "Statt dieses Termins ist schon um eine andere Zeit gebeten. Sagen Sie zuerst diese ab.",
  "Appointments.AppointmentExpired":
    "Der Beginn des Termins war vorbei, bevor er zugesagt wurde. Die Patientin oder der Patient muss neu um einen bitten.",
  "Appointments.AlreadyStarted":
    "Der zugesagte Termin hat begonnen. Die Praxis vermerkt, ob er stattgefunden hat oder versäumt wurde.",
  "Appointments.NotStarted": "Der Termin hat noch nicht begonnen. Warten Sie auf seinen Beginn, oder sagen Sie ihn ab.",
  "Appointments.AlreadyUnderCare": "Die Behandlung hat schon begonnen. Sie brauchen nichts mehr zu tun.",
  "Appointments.NotUnderCare": "Es besteht hier keine Behandlung. Es gibt nichts zu beenden.",
  "Reports.NotAMember": "Dieses Konto ist nicht registriert. Registrieren Sie es zuerst.",
  "Reports.NotActive":
    "Dieses Mitglied darf zurzeit keine Unterlagen schreiben. Warten Sie die Prüfung ab, oder wenden Sie sich an die Verwaltung.",
  "Reports.KindNotForRole":
    "Diese Art von Unterlage ist nicht für diese Rolle: Profile schreiben Patientinnen und Patienten, Befunde und Rezepte Ärztinnen und Ärzte, und ein eigenes Zeugnis alle, die sich beruflich anmelden.",
  "Reports.OwnRecordsOnly":
    "Ein Profil oder Zeugnis kann man nur für sich selbst schreiben. Geben Sie die eigene Mitgliedsnummer an.",
  "Reports.UnknownPatient": "Keine Patientin und kein Patient hat diese Nummer. Prüfen Sie sie.",
  "Reports.NotUnderCare":
    "Die Patientin oder der Patient ist nicht in Ihrer Behandlung. Zuerst muss sie oder er die Behandlung beginnen.",
  "Reports.FillsOutOfRange": "Ein Rezept hat 1 bis 24 Abgaben, jede andere Unterlage keine. Berichtigen Sie die Zahl.",
  "Reports.ValidityOutOfRange":
    "Ein Rezept gilt bis zu einem Tag, der höchstens 366 Tage in der Zukunft liegt; andere Unterlagen haben kein solches Ende. Berichtigen Sie das Datum.",
  "Reports.NoDocuments": "Mindestens eine Unterlage muss festgehalten werden. Geben Sie eine an.",
  "Reports.NotAPrescription":
    "Nur bei einem Rezept wird etwas abgegeben oder die Abgabe beendet. Prüfen Sie die Nummer der Unterlage.",
  "Reports.NotAPharmacy": "Nur eine Apotheke gibt ab. Das Rezept muss in einer Apotheke eingelöst werden.",
  "Reports.NoGrant":
    "Die Apotheke hat für dieses Rezept keine Erlaubnis, die gilt. Bitten Sie die Patientin oder den Patienten darum.",
  "Reports.PrescriptionExpired":
    "Das Rezept ist nicht mehr gültig. Die Patientin oder der Patient muss in der Praxis um ein neues bitten.",
  "Reports.NoFillsLeft":
    "Alle Abgaben sind eingelöst oder beendet. Die Patientin oder der Patient muss in der Praxis um ein neues Rezept bitten.",
  "Reports.FillNotNext":
    "Das ist nicht die nächste Abgabe: Sie ist schon eingetragen, oder eine frühere fehlt noch. Sehen Sie das Rezept an.",
  "Reports.AlreadyDisputed": "Die Unterlage ist aus diesem Grund schon bestritten. Sie brauchen nichts mehr zu tun.",
  "Reports.NotDisputed": "Die Unterlage ist nicht bestritten. Es gibt nichts zurückzunehmen.",
  "Reports.OwnRecordsAreNotDisputed":
    "Bestreiten lässt sich nur, was andere geschrieben haben. Ersetzen Sie Ihre eigene Unterlage durch eine neue.",
  "Reports.ContentEmpty": "Ein Dokument kann nicht leer sein. Geben Sie an, wie groß das gespeicherte ist.",
  "Reports.ContentTooLarge":
    "Das Dokument ist größer, als es bei dieser Art von Unterlage sein darf. Speichern Sie ein kleineres.",
  "Reports.AlreadyAnchored":
    "Dieses verschlüsselte Dokument haben Sie schon als Unterlage gespeichert. Verschlüsseln Sie es neu: Das ergibt ein anderes.",
  "Reports.UnknownRecord": "Keine Unterlage hat diese Nummer. Prüfen Sie sie.",
  "Reports.NotTheAuthor":
    "Diese Unterlage hat ein anderes Mitglied geschrieben. Ändern oder zurückziehen kann sie nur, wer sie verfasst hat.",
  "Reports.RecordNotCurrent": "Diese Unterlage wurde ersetzt, zurückgezogen oder gelöscht. Ändern Sie die gültige.",
  "Reports.OwnRecordsAreReplaced":
    "Ein Profil oder Zeugnis wird durch ein neues ersetzt. Speichern Sie stattdessen das neue.",
  "Reports.AlreadyRetracted": "Die Unterlage ist schon zurückgezogen. Sie brauchen nichts mehr zu tun.",
  "Reports.RecordErased": "Die Unterlage wurde gelöscht. Es ist nichts mehr davon da.",
  "Reports.NotThePatient":
    "Das ist die Unterlage eines anderen Mitglieds. Nur die Patientin oder der Patient selbst kann sie löschen.",
  "Reports.CertificateInForce":
    "Ein gültiges Zeugnis bleibt als Nachweis erhalten. Speichern Sie zuerst eines, das es ersetzt.",
  "Reports.KeyVersionNotCurrent":
    "Der Umschlag ist für einen Schlüssel versiegelt, der inzwischen ersetzt wurde. Versiegeln Sie ihn für den geltenden.",
  "Reports.EnvelopeUnchanged": "Die Unterlage hat diesen Umschlag schon. Es gibt nichts zu ersetzen.",
  "Reports.ScopeTooNarrow":
    "Dieses Konto wurde für andere Arbeit aufgenommen. Bitten Sie die Apotheke um eines für die Ausgabe.",
  "Reports.RecordIdsExhausted": "Alle Nummern für Unterlagen sind vergeben. Die Betreiber müssen für weitere sorgen.",
  "Reports.ContentTaken":
    "Dieses verschlüsselte Dokument gehört schon zu einer Unterlage, die jemand anders geschrieben hat. Verschlüsseln Sie es neu: Das ergibt ein anderes.",
  "Access.NotAMember": "Dieses Konto ist nicht registriert. Registrieren Sie es zuerst.",
  "Access.NotActive":
    "Dieses Mitglied darf nicht handeln: Es wartet auf Prüfung, wurde abgelehnt oder ist gesperrt. Wenden Sie sich an die Verwaltung.",
  "Access.NotAProfessional":
    "Patientinnen und Patienten lesen nur ihre eigenen Unterlagen. Um andere bitten und sie öffnen kann nur, wer sich beruflich angemeldet hat.",
  "Access.NotADoctor":
    "Nur Ärztinnen und Ärzte teilen ein Profil oder öffnen eine Unterlage im Notfall. Wenden Sie sich an die Praxis, die behandelt.",
  "Access.NotAHospital": "Ein Profil lässt sich nur mit einem zugelassenen Krankenhaus teilen. Geben Sie eines an.",
  "Access.UnknownPatient": "Keine Patientin und kein Patient hat diese Nummer. Prüfen Sie sie.",
  "Access.UnknownReader":
    "Unter dieser Nummer ist niemand beruflich zugelassen. Prüfen Sie sie, oder warten Sie die Prüfung durch die Verwaltung ab.",
  "Access.UnknownRecord": "Keine Unterlage hat diese Nummer. Prüfen Sie sie.",
  "Access.NoRecords": "Eine Anfrage oder Erlaubnis nennt mindestens eine Unterlage. Wählen Sie eine.",
  "Access.TooManyRecords": "Eine Anfrage nennt höchstens 32 Unterlagen. Teilen Sie sie auf.",
  "Access.DuplicateRecord": "Eine Unterlage ist zweimal genannt. Nennen Sie jede nur einmal.",
  "Access.RecordOfAnotherPatient":
    "Eine Unterlage gehört zu einer anderen Person. Nennen Sie nur Unterlagen derselben Person.",
  "Access.RecordErased": "Die Patientin oder der Patient hat diese Unterlage gelöscht. Es gibt nichts mehr zu lesen.",
  "Access.RecordEnteredInError": "Die Unterlage ist als irrtümlich gekennzeichnet. Bitten Sie um die richtige.",
  "Access.KindNotForRole":
    "Diese Art von Unterlage ist nicht für diese Rolle: Zeugnisse liest nur die Verwaltung, und eine Apotheke liest keine Befunde.",
  "Access.ProfileNeedsPrescription":
    "Eine Apotheke sieht ein Profil nur mit einem Rezept derselben Person. Bitten Sie zugleich um ein Rezept.",
  "Access.EmergencyNeedsEmergencyConsent":
    "Eine Notfallbehandlung geht über die Zustimmung für Notfälle, nicht über Anfrage und Erlaubnis. Wählen Sie einen anderen Zweck.",
  "Access.InboxFull":
    "Bei dieser Person warten schon so viele Anfragen, wie es sein dürfen. Versuchen Sie es wieder, wenn welche beantwortet oder abgelaufen sind.",
  "Access.RequesterInboxFull":
    "Bei dieser Person warten von dieser Stelle schon so viele Anfragen, wie es sein dürfen. Ziehen Sie eine zurück, oder warten Sie auf eine Antwort.",
  "Access.UnknownRequest":
    "Keine Anfrage hat diese Nummer, oder sie wurde beantwortet, zurückgezogen oder entfernt. Prüfen Sie sie.",
  "Access.NotPartyToRequest": "Das ist keine Anfrage zwischen diesen Mitgliedern. Prüfen Sie die Nummer.",
  "Access.RequestExpired": "Die Anfrage ist abgelaufen. Wer lesen möchte, muss neu anfragen.",
  "Access.RequestNotExpired":
    "Die Anfrage wartet noch auf Antwort. Entfernen lässt sie sich erst, wenn sie abgelaufen ist.",
  "Access.RecordNotInRequest":
    "Um eine dieser Unterlagen wurde in der Anfrage nicht gebeten. Erlauben Sie sie ohne die Anfrage.",
  "Access.PurposeDiffersFromRequest":
    "Die Erlaubnis nennt einen anderen Zweck als die Anfrage. Nehmen Sie den der Anfrage.",
  "Access.KeyVersionNotCurrent":
    "Die Erlaubnis ist für einen Schlüssel versiegelt, den der Leser nicht mehr verwendet. Die Patientin oder der Patient muss sie neu geben, für den geltenden.",
  "Access.DurationOutOfRange":
    "Eine Erlaubnis gilt mindestens eine Minute und höchstens 366 Tage lang. Wählen Sie eine Dauer dazwischen.",
  "Access.OpeningsOutOfRange": "Eine Erlaubnis gibt 1 bis 1000 Öffnungen. Wählen Sie eine Zahl dazwischen.",
  "Access.NotThePatient":
    "Das ist die Unterlage eines anderen Mitglieds. Nur die Patientin oder der Patient selbst entscheidet, wer sie liest.",
  "Access.NoGrant": "Für diese Unterlage gibt es keine Erlaubnis. Bitten Sie die Patientin oder den Patienten darum.",
  "Access.GrantExpired": "Die Erlaubnis ist abgelaufen. Bitten Sie die Patientin oder den Patienten erneut.",
  "Access.NoOpeningsLeft":
    "Alle Öffnungen der Erlaubnis sind verbraucht. Bitten Sie die Patientin oder den Patienten erneut.",
  "Access.CareRelationEnded":
    "Die Behandlung, auf der die Erlaubnis beruht, ist beendet. Bitten Sie die Patientin oder den Patienten um eine Erlaubnis.",
  "Access.SharingDoctorNotActive":
    "Wer das Profil geteilt hat, ist zurzeit nicht zugelassen. Bitten Sie die Patientin oder den Patienten um eine Erlaubnis.",
  "Access.WindowOpen":
    "Die Unterlage ist schon offen, und das Lesefenster ist noch nicht zu. Lesen Sie sie, oder schließen Sie sie zuerst.",
  "Access.NoWindow": "Es ist kein Lesefenster offen, oder es ist schon zu. Öffnen Sie die Unterlage zuerst.",
  "Access.NotACertificate":
    "Die Verwaltung liest nur Zeugnisse. Wer andere Unterlagen liest, entscheiden die Patientinnen und Patienten; erlauben können sie es nur Mitgliedern.",
  "Access.NoProfile":
    "Diese Unterlage ist kein Profil dieser Person, oder sie wurde zurückgezogen oder gelöscht. Zuerst muss die Patientin oder der Patient ein Profil speichern.",
  "Access.NotUnderCare":
    "Die Patientin oder der Patient ist nicht in Ihrer Behandlung. Zuerst muss sie oder er die Behandlung beginnen.",
  "Access.AlreadyGranted":
    "Das Krankenhaus hat für dieses Profil schon eine Erlaubnis von jemand anders. Es kann diese nutzen.",
  "Access.StandingConsentEnded":
    "Die dauernde Zustimmung, auf der die Erlaubnis beruht, ist beendet. Bitten Sie die Patientin oder den Patienten um eine Erlaubnis.",
  "Access.GuardianshipEnded":
    "Die Vertretung, auf der die Erlaubnis beruht, ist beendet, oder sie umfasst das Lesen nicht. Fragen Sie die Patientin oder den Patienten.",
  "Access.NoKinds":
    "Eine dauernde Zustimmung nennt mindestens eine Art von Unterlagen. Wählen Sie eine, oder widerrufen Sie die Zustimmung.",
  "Access.EndOutOfRange":
    "Das Ende einer dauernden Zustimmung oder einer Vertretung liegt in den nächsten 20 Jahren. Wählen Sie ein anderes Datum.",
  "Access.TooManyStandingConsents":
    "Es gibt schon so viele dauernde Zustimmungen, wie es sein dürfen. Widerrufen Sie zuerst eine.",
  "Access.NoStandingConsent": "Für diese Stelle gibt es keine dauernde Zustimmung. Es gibt nichts zu widerrufen.",
  "Access.TooManyGuardians":
    "Es sind schon so viele Personen als Vertretung benannt, wie es sein dürfen. Berufen Sie zuerst eine ab.",
  "Access.NotAPossibleGuardian":
    "Als Vertretung lässt sich nur benennen, wer selbst als Patientin oder Patient registriert und jemand anders ist. Benennen Sie eine solche Person.",
  "Access.EmptyScope":
    "Eine Vertretung entscheidet oder liest, oder beides. Wählen Sie, oder berufen Sie die Vertretung ab.",
  "Access.NoGuardianship": "Zwischen diesen Mitgliedern besteht keine Vertretung. Prüfen Sie die Nummern.",
  "Access.SealMissing":
    "Eine neue Unterlage wird für alle versiegelt, die sie laut Zustimmung erhalten. Für jemanden fehlt das noch. Sehen Sie nach, wer sie erhält, und versiegeln Sie sie auch dafür.",
  "Access.SealNotAskedFor":
    "Die Unterlage ist für jemanden versiegelt, der sie laut Zustimmung nicht erhält, oder für jemanden zweimal. Sehen Sie nach, wer sie erhält, und versiegeln Sie sie nur dafür.",
  "Access.NotForStaff":
    "Personal handelt für seine Einrichtung nur bei Anfragen, beim Lesen und bei der Abgabe. Dies tut die Einrichtung mit ihrem eigenen Konto.",
  "Access.ScopeTooNarrow":
    "Dieses Konto wurde für andere Arbeit aufgenommen. Bitten Sie die Einrichtung, es für diese aufzunehmen.",
  "Access.OpenedByAnother":
    "Ein anderes Konto der Einrichtung hat die Unterlage offen und liest sie allein. Schließen Sie sie, und öffnen Sie sie neu.",
  "Access.NoEmergencyConsent":
    "Es gibt keine Zustimmung für Notfälle, oder sie wurde zurückgezogen. Bitten Sie die Patientin oder den Patienten um eine Erlaubnis.",
  "Access.NotAffiliated":
    "Die Zustimmung für Notfälle gilt für andere Krankenhäuser als die, zu denen Sie gehören. Wenden Sie sich an eine Ärztin oder einen Arzt von dort, oder bitten Sie die Patientin oder den Patienten um eine Erlaubnis.",
  "Access.NoEmergencyCapsule":
    "Diese Unterlage ist nicht für den Notfall vorbereitet. Bitten Sie die Patientin oder den Patienten um eine Erlaubnis.",
  "Access.AlreadyLodged":
    "Diese Unterlage ist schon für den Notfall vorbereitet. Nur die Patientin oder der Patient selbst kann das ersetzen.",
  "Access.CapsulesLeft":
    "Von einer zurückgezogenen Zustimmung für Notfälle ist noch etwas übrig, das vorbereitet war. Ziehen Sie die Zustimmung noch einmal zurück; das entfernt den Rest.",
  "Access.NoInstitutions":
    "Eine Zustimmung für Notfälle gilt für alle Einrichtungen oder für 1 bis 16 Krankenhäuser. Nennen Sie eines, oder wählen Sie alle.",
  "Access.DuplicateInstitution": "Ein Krankenhaus ist zweimal genannt. Nennen Sie jedes nur einmal.",
  "Access.UnknownInstitution": "Kein zugelassenes Krankenhaus hat diese Nummer. Prüfen Sie sie.",
  "Access.TooManyUnreviewed":
    "Von Ihren Öffnungen im Notfall warten schon so viele auf Prüfung, wie es sein dürfen. Bitten Sie die Verwaltung, sie zu prüfen.",
  "Access.NothingToReview":
    "Keine Öffnung im Notfall mit dieser Nummer wartet auf Prüfung. Sehen Sie nach, welche warten.",
  "Access.OwnOpening": "Die eigene Öffnung prüft niemand selbst. Das tut jemand anders aus der Verwaltung.",
  "Access.LinkTaken": "Diesen Link gibt es schon. Erstellen Sie einen neuen.",
  "Access.UnknownLink": "Kein Link hat diese Nummer. Prüfen Sie sie.",
  "Access.LinkRevoked": "Die Patientin oder der Patient hat den Link zurückgenommen. Bitten Sie um einen neuen.",
  "Access.LinkExpired": "Der Link ist abgelaufen. Bitten Sie die Patientin oder den Patienten um einen neuen.",
  "Access.LinkExhausted":
    "Alle Öffnungen des Links sind aufgebraucht. Bitten Sie die Patientin oder den Patienten um einen neuen.",
  "Access.NotAnInstitution":
    "Ein Link liegt bei einem zugelassenen Krankenhaus oder einer zugelassenen Apotheke. Geben Sie eine solche Einrichtung an.",
  "Access.NotTheHost": "Der Link liegt bei einer anderen Einrichtung. Nur sie kann ihn öffnen.",
  "Access.LinkDurationOutOfRange":
    "Ein Link lässt sich mindestens 15 Minuten und höchstens 30 Tage lang öffnen. Wählen Sie eine Dauer dazwischen.",
  "Access.RecipientKeyNotCurrent":
    "Der Name der lesenden Person ist für einen Schlüssel verschlüsselt, den die Patientin oder der Patient nicht mehr verwendet. Verschlüsseln Sie ihn für den geltenden.",
  "Access.IdsExhausted":
    "Alle Nummern für Anfragen, Öffnungen oder Links sind vergeben. Die Betreiber müssen für weitere sorgen.",
  "Quotas.QuotaOutOfBounds":
    "Ein Wert ist kleiner als ein Zehntel oder größer als das Zehnfache des voreingestellten. Wählen Sie einen dazwischen.",
  "Quotas.LanesTooWide":
    "Es sollen mehr Registrierungen in einen Block gehen, im Ganzen oder für eine Einrichtung, als voreingestellt sind. Wählen Sie weniger.",
};
