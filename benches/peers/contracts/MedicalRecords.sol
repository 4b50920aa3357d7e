// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// The workflow of medical records as a system on an Ethereum chain would have it: registry, verification, appointments,
/// anchoring a content, request, grant, and openings that are logged. Written to be measured, with storage packed as tightly
/// as the workflow lets it.
///
/// What is left to the chain that it runs on and to its clients: who may send at all, that an opening is needed to read, and
/// where content and keys are.
contract MedicalRecords {
    enum Role { None, Patient, Doctor, Hospital, Pharmacy }
    enum Status { None, Pending, Active, Rejected, Suspended }
    enum Kind { Profile, Certificate, Report, Prescription }
    enum Purpose { Treatment, Payment, Operations, PatientRequest, PublicHealth }

    struct Member {
        Role role;
        Status status;
        uint32 keyVersion;
        uint64 registeredAt;
        bytes32 encryptionKey;
        bytes32 certificate;
    }

    struct Appointment {
        address patient;
        uint64 start;
        bool accepted;
        address doctor;
        uint64 end;
    }

    struct Record {
        address patient;
        uint64 anchoredAt;
        uint32 keyVersion;
        address author;
        uint64 size;
        Kind kind;
        bytes32 envelope;
    }

    /// A content to anchor: the digest of its CID, its size, and its envelope's hash.
    struct Document {
        address patient;
        Kind kind;
        bytes32 content;
        uint64 size;
        bytes32 envelope;
        uint32 keyVersion;
    }

    struct Request {
        address requester;
        uint64 requestedAt;
        Purpose purpose;
        address patient;
        bytes32[] records;
    }

    /// 80 bytes, as HPKE makes them of a 32-byte secret.
    struct Seal {
        bytes32 first;
        bytes32 second;
        bytes16 third;
    }

    struct Grant {
        bytes32 first;
        bytes32 second;
        bytes16 third;
        uint64 expiresAt;
        uint32 openingsLeft;
        uint24 keyVersion;
        Purpose purpose;
    }

    struct Reading {
        bytes32 record;
        address reader;
        uint64 openedAt;
        Purpose purpose;
    }

    uint256 public constant BATCH_MAX = 32;
    uint256 public constant APPOINTMENTS_WAITING_MAX = 16;
    uint256 public constant REQUESTS_WAITING_MAX = 128;
    uint64 public constant SLOT = 15 minutes;
    uint64 public constant READING_WINDOW = 30 minutes;
    uint64 public constant GRANT_MAX = 366 days;
    uint32 public constant OPENINGS_MAX = 1000;

    address public immutable administrator;
    mapping(address => Member) public members;
    mapping(bytes32 => bool) public usernames;
    mapping(address => mapping(address => bool)) public underCare;
    Appointment[] public appointments;
    mapping(address => uint64[]) public appointmentsOfPatient;
    mapping(address => uint64[]) public appointmentsOfDoctor;
    mapping(address => uint256) public appointmentsWaiting;
    mapping(address => mapping(uint64 => bool)) public busy;
    mapping(bytes32 => Record) public records;
    mapping(address => bytes32[]) public recordsOfPatient;
    Request[] public requests;
    mapping(address => uint64[]) public inbox;
    mapping(bytes32 => mapping(address => Grant)) public grants;
    mapping(bytes32 => mapping(address => uint64)) public windows;
    Reading[] public readings;
    mapping(bytes32 => uint64[]) public readingsOfRecord;
    mapping(address => uint64[]) public readingsOfPatient;
    mapping(address => uint64[]) public readingsOfReader;
    uint64 public memberCount;
    uint64 public recordCount;
    uint64 public grantCount;

    event MemberRegistered(address indexed member, Role role);
    event MemberVerified(address indexed member);
    event MemberRejected(address indexed member);
    event AppointmentRequested(uint256 indexed appointment, address indexed patient, address indexed doctor);
    event AppointmentAccepted(uint256 indexed appointment);
    event CareOpened(address indexed patient, address indexed doctor);
    event CareEnded(address indexed patient, address indexed doctor);
    event RecordAnchored(bytes32 indexed content, address indexed patient, address indexed author, Kind kind);
    event AccessRequested(uint256 indexed request, address indexed patient, address indexed requester, Purpose purpose);
    event AccessGranted(bytes32 indexed record, address indexed reader, Purpose purpose, uint64 expiresAt, uint32 openings);
    event GrantRevoked(bytes32 indexed record, address indexed reader);
    event RecordOpened(uint256 indexed reading, bytes32 indexed record, address indexed reader, uint64 closesAt);

    error AlreadyRegistered();
    error UsernameTaken();
    error RoleMissing();
    error NotTheAdministrator();
    error NotPending();
    error NoCertificate();
    error NotActive();
    error NotAPatient();
    error NotADoctor();
    error NotAProfessional();
    error UnknownPatient();
    error UnknownDoctor();
    error UnknownReader();
    error TimeOffGrid();
    error StartPassed();
    error SlotTaken();
    error TooManyWaiting();
    error UnknownAppointment();
    error NotYourAppointment();
    error NotRequested();
    error AlreadyUnderCare();
    error NotUnderCare();
    error KindNotForRole();
    error AlreadyAnchored();
    error ContentEmpty();
    error KeyVersionNotCurrent();
    error BatchSize();
    error UnknownRecord();
    error RecordOfAnotherPatient();
    error InboxFull();
    error NotThePatient();
    error TermsOutOfRange();
    error NoGrant();
    error GrantExpired();
    error NoOpeningsLeft();
    error WindowOpen();

    constructor() {
        administrator = msg.sender;
    }

    // Registry.

    function register(Role role, bytes32 username, bytes32 encryptionKey) external {
        if (role == Role.None) revert RoleMissing();
        Member storage member = members[msg.sender];
        if (member.status != Status.None) revert AlreadyRegistered();
        if (usernames[username]) revert UsernameTaken();
        usernames[username] = true;
        member.role = role;
        member.status = role == Role.Patient ? Status.Active : Status.Pending;
        member.keyVersion = 1;
        member.registeredAt = uint64(block.timestamp);
        member.encryptionKey = encryptionKey;
        memberCount += 1;
        emit MemberRegistered(msg.sender, role);
    }

    /// A professional who is not verified lodges what the administrator verifies it by.
    function lodgeCertificate(bytes32 content) external {
        Member storage member = members[msg.sender];
        if (member.role == Role.None || member.role == Role.Patient) revert NotAProfessional();
        if (member.status != Status.Pending) revert NotPending();
        if (content == 0) revert ContentEmpty();
        member.certificate = content;
    }

    function verify(address account) external {
        if (msg.sender != administrator) revert NotTheAdministrator();
        Member storage member = members[account];
        if (member.status != Status.Pending) revert NotPending();
        if (member.certificate == 0) revert NoCertificate();
        member.status = Status.Active;
        emit MemberVerified(account);
    }

    function reject(address account) external {
        if (msg.sender != administrator) revert NotTheAdministrator();
        Member storage member = members[account];
        if (member.status != Status.Pending) revert NotPending();
        member.status = Status.Rejected;
        emit MemberRejected(account);
    }

    // Appointments and care.

    function requestAppointment(address doctor, uint64 start, uint64 end) external {
        activePatient();
        activeDoctor(doctor);
        if (start % SLOT != 0 || end % SLOT != 0 || end <= start || end - start > 32 * SLOT) revert TimeOffGrid();
        if (start <= block.timestamp) revert StartPassed();
        if (appointmentsWaiting[msg.sender] >= APPOINTMENTS_WAITING_MAX) revert TooManyWaiting();
        ensureFree(doctor, msg.sender, start, end);
        uint64 id = uint64(appointments.length);
        appointments.push(Appointment(msg.sender, start, false, doctor, end));
        appointmentsOfPatient[msg.sender].push(id);
        appointmentsOfDoctor[doctor].push(id);
        appointmentsWaiting[msg.sender] += 1;
        emit AppointmentRequested(id, msg.sender, doctor);
    }

    function acceptAppointment(uint256 id) external {
        activeDoctor(msg.sender);
        if (id >= appointments.length) revert UnknownAppointment();
        Appointment storage appointment = appointments[id];
        if (appointment.doctor != msg.sender) revert NotYourAppointment();
        if (appointment.accepted) revert NotRequested();
        if (appointment.start <= block.timestamp) revert StartPassed();
        (address patient, uint64 start, uint64 end) = (appointment.patient, appointment.start, appointment.end);
        ensureFree(msg.sender, patient, start, end);
        for (uint64 slot = start / SLOT; slot < end / SLOT; slot++) {
            busy[msg.sender][slot] = true;
            busy[patient][slot] = true;
        }
        appointment.accepted = true;
        appointmentsWaiting[patient] -= 1;
        if (!underCare[patient][msg.sender]) {
            underCare[patient][msg.sender] = true;
            emit CareOpened(patient, msg.sender);
        }
        emit AppointmentAccepted(id);
    }

    function openCare(address doctor) external {
        activePatient();
        activeDoctor(doctor);
        if (underCare[msg.sender][doctor]) revert AlreadyUnderCare();
        underCare[msg.sender][doctor] = true;
        emit CareOpened(msg.sender, doctor);
    }

    function endCare(address doctor) external {
        if (!underCare[msg.sender][doctor]) revert NotUnderCare();
        underCare[msg.sender][doctor] = false;
        emit CareEnded(msg.sender, doctor);
    }

    // Records.

    function anchor(Document calldata document) external {
        doAnchor(document);
    }

    function anchorBatch(Document[] calldata documents) external {
        if (documents.length == 0 || documents.length > BATCH_MAX) revert BatchSize();
        for (uint256 index = 0; index < documents.length; index++) doAnchor(documents[index]);
    }

    // Access.

    function requestAccess(address patient, bytes32[] calldata asked, Purpose purpose) external {
        activeProfessional(msg.sender);
        if (asked.length == 0 || asked.length > BATCH_MAX) revert BatchSize();
        if (inbox[patient].length >= REQUESTS_WAITING_MAX) revert InboxFull();
        for (uint256 index = 0; index < asked.length; index++) {
            address owner = records[asked[index]].patient;
            if (owner == address(0)) revert UnknownRecord();
            if (owner != patient) revert RecordOfAnotherPatient();
        }
        uint64 id = uint64(requests.length);
        requests.push(Request(msg.sender, uint64(block.timestamp), purpose, patient, asked));
        inbox[patient].push(id);
        emit AccessRequested(id, patient, msg.sender, purpose);
    }

    function grant(
        address reader,
        bytes32[] calldata granted,
        Seal[] calldata seals,
        uint24 keyVersion,
        Purpose purpose,
        uint64 duration,
        uint32 openings
    ) external {
        activePatient();
        activeReader(reader);
        if (granted.length == 0 || granted.length > BATCH_MAX || granted.length != seals.length) revert BatchSize();
        if (duration < 60 || duration > GRANT_MAX || openings == 0 || openings > OPENINGS_MAX) revert TermsOutOfRange();
        if (keyVersion != members[reader].keyVersion) revert KeyVersionNotCurrent();
        uint64 expiresAt = uint64(block.timestamp) + duration;
        for (uint256 index = 0; index < granted.length; index++) {
            bytes32 record = granted[index];
            if (records[record].patient != msg.sender) revert NotThePatient();
            Seal calldata seal = seals[index];
            grants[record][reader] =
                Grant(seal.first, seal.second, seal.third, expiresAt, openings, keyVersion, purpose);
            emit AccessGranted(record, reader, purpose, expiresAt, openings);
        }
        grantCount += uint64(granted.length);
    }

    function revoke(bytes32 record, address reader) external {
        if (records[record].patient != msg.sender) revert NotThePatient();
        if (grants[record][reader].expiresAt == 0) revert NoGrant();
        delete grants[record][reader];
        delete windows[record][reader];
        emit GrantRevoked(record, reader);
    }

    function open(bytes32 record) external {
        activeProfessional(msg.sender);
        Grant storage held = grants[record][msg.sender];
        if (held.expiresAt == 0) revert NoGrant();
        if (block.timestamp >= held.expiresAt) revert GrantExpired();
        if (windows[record][msg.sender] > block.timestamp) revert WindowOpen();
        if (held.openingsLeft == 0) revert NoOpeningsLeft();
        held.openingsLeft -= 1;
        uint64 id = uint64(readings.length);
        readings.push(Reading(record, msg.sender, uint64(block.timestamp), held.purpose));
        readingsOfRecord[record].push(id);
        readingsOfPatient[records[record].patient].push(id);
        readingsOfReader[msg.sender].push(id);
        uint64 closesAt = uint64(block.timestamp) + READING_WINDOW;
        if (closesAt > held.expiresAt) closesAt = held.expiresAt;
        windows[record][msg.sender] = closesAt;
        emit RecordOpened(id, record, msg.sender, closesAt);
    }

    /// How much there is: members, appointments, records, requests, grants, readings.
    function counts() external view returns (uint256[6] memory) {
        return [
            uint256(memberCount), appointments.length, recordCount, requests.length, grantCount, readings.length
        ];
    }

    // Checks.

    function activePatient() private view {
        Member storage member = members[msg.sender];
        if (member.role != Role.Patient) revert NotAPatient();
        if (member.status != Status.Active) revert NotActive();
    }

    function activeDoctor(address account) private view {
        Member storage member = members[account];
        if (member.role != Role.Doctor) {
            if (account == msg.sender) revert NotADoctor();
            revert UnknownDoctor();
        }
        if (member.status != Status.Active) revert NotActive();
    }

    function activeProfessional(address account) private view {
        Member storage member = members[account];
        if (member.role == Role.None || member.role == Role.Patient) revert NotAProfessional();
        if (member.status != Status.Active) revert NotActive();
    }

    function activeReader(address account) private view {
        Member storage member = members[account];
        bool professional = member.role != Role.None && member.role != Role.Patient;
        if (!professional || member.status != Status.Active) revert UnknownReader();
    }

    function ensureFree(address doctor, address patient, uint64 start, uint64 end) private view {
        for (uint64 slot = start / SLOT; slot < end / SLOT; slot++) {
            if (busy[doctor][slot] || busy[patient][slot]) revert SlotTaken();
        }
    }

    function doAnchor(Document calldata document) private {
        activeDoctor(msg.sender);
        if (document.kind == Kind.Profile || document.kind == Kind.Certificate) revert KindNotForRole();
        Member storage patient = members[document.patient];
        if (patient.role != Role.Patient || patient.status != Status.Active) revert UnknownPatient();
        if (!underCare[document.patient][msg.sender]) revert NotUnderCare();
        if (document.keyVersion != patient.keyVersion) revert KeyVersionNotCurrent();
        if (document.size == 0) revert ContentEmpty();
        if (records[document.content].patient != address(0)) revert AlreadyAnchored();
        records[document.content] = Record(
            document.patient, uint64(block.timestamp), document.keyVersion, msg.sender, document.size, document.kind,
            document.envelope
        );
        recordsOfPatient[document.patient].push(document.content);
        recordCount += 1;
        emit RecordAnchored(document.content, document.patient, msg.sender, document.kind);
    }
}
