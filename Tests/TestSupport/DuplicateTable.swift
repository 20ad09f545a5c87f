/// Pairs of memories that say the same, or do not, however alike they look.
package enum DuplicateTable {
  /// What the second memory of a pair is.
  package enum Relation: String, Sendable {
    /// It says the same, and a layer finds it.
    case same
    /// It says the same in such other words that no layer of the default thresholds finds it without a model.
    case unseen
    /// It says the opposite.
    case opposite
    /// It says something newer or something else.
    case updated
  }

  /// A pair.
  package struct Row: Sendable {
    /// What the second memory is.
    package let relation: Relation
    /// The memory that is there.
    package let first: String
    /// The other one.
    package let second: String
  }

  /// All pairs.
  package static let rows: [Row] = text.split(separator: "\n").compactMap { line in
    let parts = line.split(separator: " | ").map(String.init)
    guard parts.count == 3, let relation = Relation(rawValue: parts[0]) else { return nil }
    return Row(relation: relation, first: parts[1], second: parts[2])
  }

  private static let text = """
    # medicine
    opposite | The patient may take aspirin tablets | The patient may not take aspirin tablets
    opposite | Allergic to penicillin, confirmed by the clinic | Not allergic to penicillin, confirmed by the clinic
    updated | Takes 5 mg of ramipril every morning | Takes 10 mg of ramipril every morning
    updated | The dose of the medicine is 5 mg per day for this patient | The dose of the medicine is 5 g per day for this patient
    updated | Blood pressure was measured at 120/80 in the practice | Blood pressure was measured at 150/95 in the practice
    opposite | The patient was diagnosed with hypertension last year by the family doctor | The patient was diagnosed with hypotension last year by the family doctor
    opposite | Insulin has to be injected before every larger meal | Insulin has to be injected after every larger meal
    updated | The patient takes the tablets twice a day with water | The patient takes the tablets twice a week with water
    opposite | The tumour was found to be benign in the last examination of the tissue | The tumour was found to be malignant in the last examination of the tissue
    updated | The fever rose to 38.5 degrees during the night | The fever rose to 39.5 degrees during the night
    updated | The doctor prescribed cefepime against the infection after the operation | The doctor prescribed cefixime against the infection after the operation
    same | The patient may take aspirin tablets | The patient may take aspirin tablets.
    same | Takes 5 mg of ramipril every morning | Takes 5mg of ramipril every morning
    same | The patient must not take ibuprofen because of the stomach ulcer | The patient mustn't take ibuprofen because of the stomach ulcer
    # computers
    updated | The production database listens on port 5432 | The production database listens on port 6543
    opposite | Two-factor authentication is enabled for the admin account | Two-factor authentication is disabled for the admin account
    opposite | The firewall allows incoming connections from the office network | The firewall denies incoming connections from the office network
    updated | The project uses Swift 6.1 and runs on Linux servers | The project uses Swift 6.2 and runs on Linux servers
    updated | The API key is stored in config/production.env on the server | The API key is stored in config/staging.env on the server
    updated | Contact for the billing system is anna.meier@example.com at all times | Contact for the billing system is anna.maier@example.com at all times
    updated | The service runs at https://api.example.com/v1/users behind the proxy | The service runs at https://api.example.com/v2/users behind the proxy
    updated | The server address of the backup machine is 192.168.0.10 | The server address of the backup machine is 192.168.0.11
    opposite | Deployments to production are allowed on Fridays for the platform team | Deployments to production are never allowed on Fridays for the platform team
    updated | The nightly backup of the database starts at 02:30 | The nightly backup of the database starts at 03:30
    opposite | Debug logging is turned on for the payment service | Debug logging is turned off for the payment service
    updated | The session identifier of the user is aBcD1x for all requests | The session identifier of the user is AbCd1X for all requests
    opposite | The feature flag for the new checkout is set to true | The feature flag for the new checkout is set to false
    opposite | The function returns the list in ascending order of the creation date | The function returns the list in descending order of the creation date
    updated | The function parseUserName is called by the request handler | The function parseUserMail is called by the request handler
    opposite | The cache is invalidated before the transaction is committed | The cache is invalidated after the transaction is committed
    updated | Tests run with a timeout of 30 seconds on the build machine | Tests run with a timeout of 30 minutes on the build machine
    updated | The main branch of the repository is protected by two reviewers | The main branch of the repository is protected by three reviewers
    same | The production database listens on port 5432 | the production database listens on port 5432!
    same | The production database listens on port 5,432 | The production database listens on port 5432
    same | The project uses Swift 6.2 and runs on Linux servers | The project uses Swift v6.2 and runs on linux servers
    same | Debug logging is turned on for the payment service | Debug loging is turned on for the payment service
    same | Please use the e-mail address for all notifications of the system | Please use the email address for all notifications of the system
    # people
    updated | The user's favourite colour for the living room walls is blue | The user's favourite colour for the living room walls is green
    updated | Anna moved to Berlin with her family and two cats | Anna moved to Munich with her family and two cats
    updated | Her sister Anna works as a teacher at the primary school | Her sister Anne works as a teacher at the primary school
    opposite | The user likes spicy food and eats it often with friends | The user dislikes spicy food and eats it often with friends
    opposite | Anna pays Ben the rent for the apartment every month | Ben pays Anna the rent for the apartment every month
    opposite | Prefers green tea over black coffee | Prefers black coffee over green tea
    opposite | Prefers tea over coffee in the office | Prefers coffee over tea in the office
    opposite | Drinks tea but not coffee at breakfast | Drinks coffee but not tea at breakfast
    updated | The user is married to Tom and has two children | The user was married to Tom and has two children
    updated | The user has two children and a dog named Rex | The user has three children and a dog named Rex
    opposite | The user no longer smokes cigarettes after dinner | The user smokes cigarettes after dinner
    opposite | She always drinks her coffee with milk and sugar | She never drinks her coffee with milk and sugar
    opposite | She drinks her coffee with milk and sugar | She drinks her coffee without milk and sugar
    updated | The user lives in Rome since March and works remotely | The user lives in Rome since April and works remotely
    updated | The weekly team meeting takes place on Monday in the large conference room | The weekly team meeting takes place on Tuesday in the large conference room
    updated | The dentist appointment is tomorrow afternoon near the station | The dentist appointment is today afternoon near the station
    opposite | All employees of the branch may work from home | None of the employees of the branch may work from home
    opposite | All tests of the release candidate passed on the build server | Some tests of the release candidate passed on the build server
    updated | The flight to Lisbon leaves on 2026-03-14 from terminal two | The flight to Lisbon leaves on 2026-03-15 from terminal two
    opposite | The dog bit the man | The man bit the dog
    updated | The train goes from Paris to London in the evening | The train goes from London to Paris in the evening
    updated | The cottage has 2 bathrooms and 3 bedrooms for the guests | The cottage has 3 bathrooms and 2 bedrooms for the guests
    opposite | The shop is open on public holidays in the summer season | The shop is closed on public holidays in the summer season
    updated | His ex-wife lives in the house near the harbour with the children | His wife lives in the house near the harbour with the children
    opposite | The user wants to receive fewer notifications in the evening hours | The user wants to receive more notifications in the evening hours
    opposite | The parking space is to the left of the main entrance of the building | The parking space is to the right of the main entrance of the building
    updated | The user's brother plays the violin in the city orchestra | The user's sister plays the violin in the city orchestra
    updated | He can speak Italian with his grandparents | She can speak Italian with her grandparents
    same | Anna moved to Berlin with her family and two cats | Anna moved to Berlin with her family and 2 cats
    same | The user prefers dark roast coffee in the morning | The user preferrs dark roast coffee in the morning
    same | Enjoys hiking, swimming and photography on weekends | Enjoys photography, hiking and swimming on weekends
    same | Prefers window seats on long flights | PREFERS WINDOW SEATS ON LONG FLIGHTS
    same | The user doesn't eat meat or fish at home | The user does not eat meat or fish at home
    same | Her favourite colour for walls and furniture is turquoise | Her favorite color for walls and furniture is turquoise
    same | The meeting notes are shared with the whole team | The meeting note is shared with the whole team
    same | User works as a nurse in the children's hospital | The user works as a nurse in the childrens hospital
    same | She plays the piano, the cello and the flute | She plays the piano, the cello, and the flute
    same | He usually reads historical novels before bedtime | He usualy reads historical novels before bedtime
    # money
    updated | The monthly rent of the apartment is 950 euros including heating | The monthly rent of the apartment is 1050 euros including heating
    updated | The annual salary of the position is 60,000 EUR before taxes | The annual salary of the position is 60,000 USD before taxes
    updated | The invoice of the supplier amounts to $1,200.50 for January | The invoice of the supplier amounts to $1,250.00 for January
    opposite | The quarterly profit of the company increased by 4 % this year | The quarterly profit of the company decreased by 4 % this year
    updated | The temperature in the cold storage room is -18 degrees | The temperature in the cold storage room is 18 degrees
    opposite | The contract has to be signed by the buyer before the handover of the keys | The contract has to be signed by the seller before the handover of the keys
    same | The monthly rent of the apartment is 950 € including heating | The monthly rent of the apartment is 950 euros including heating
    same | The invoice of the supplier amounts to $1,200.50 for January | The invoice of the supplier amounts to $1200.50 for January
    same | The distance to the office is 12 km by bicycle | The distance to the office is 12 kilometres by bicycle
    # German
    opposite | Der Patient darf die Tabletten nehmen | Der Patient darf die Tabletten nicht nehmen
    opposite | Die Nutzerin isst gerne Fleisch und Fisch zum Abendessen | Die Nutzerin isst kein Fleisch und keinen Fisch zum Abendessen
    updated | Das Treffen findet am Montag im großen Besprechungszimmer statt | Das Treffen findet am Dienstag im großen Besprechungszimmer statt
    updated | Die Familie wohnt seit drei Jahren in Hamburg an der Elbe | Die Familie wohnt seit drei Jahren in Bremen an der Elbe
    opposite | Die Heizung im Wohnzimmer ist eingeschaltet und das Fenster zu | Die Heizung im Wohnzimmer ist ausgeschaltet und das Fenster zu
    updated | Der Kunde zahlt eine Miete von 3,5 Prozent im Monat | Der Kunde zahlt eine Miete von 4,5 Prozent im Monat
    same | Die Nutzerin trinkt morgens gerne grünen Tee | Die Nutzerin trinkt morgens gerne grünen Tee!
    same | Der Nutzer arbeitet als Lehrer an einer Grundschule in Köln | Der Nutzer arbietet als Lehrer an einer Grundschule in Köln
    same | Bevorzugt kleine Tassen aus Porzellan für den Kaffee | Bevorzugt kleinen Tassen aus Porzellan für den Kaffee
    # French, Spanish
    opposite | Le patient peut prendre de l'aspirine le matin | Le patient ne peut pas prendre de l'aspirine le matin
    opposite | Elle boit toujours son café avec du sucre | Elle boit toujours son café sans sucre
    updated | La réunion de l'équipe a lieu le lundi dans la grande salle | La réunion de l'équipe a lieu le mardi dans la grande salle
    same | Elle préfère le thé vert à la menthe le soir | Elle préfère le thé vert à la menthe, le soir
    opposite | El usuario come carne todos los días | El usuario no come carne todos los días
    opposite | La usuaria siempre viaja en tren a Madrid | La usuaria nunca viaja en tren a Madrid
    updated | Su hermana vive en Sevilla con tres gatos negros | Su hermana vive en Valencia con tres gatos negros
    same | Su hermana vive en Sevilla con tres gatos negros | Su hermana vive en Sevilla con 3 gatos negros
    # Chinese
    opposite | 这位患者可以服用阿司匹林和布洛芬来治疗头痛症状 | 这位患者不可以服用阿司匹林和布洛芬来治疗头痛症状
    updated | 用户和他的家人从去年夏天开始一直住在北京市海淀区 | 用户和他的家人从去年夏天开始一直住在南京市海淀区
    updated | 每周的项目会议安排在下午三点举行请大家准时参加会议 | 每周的项目会议安排在下午四点举行请大家准时参加会议
    same | 用户和他的家人从去年夏天开始一直住在北京市海淀区。 | 用户和他的家人从去年夏天开始一直住在北京市海淀区
    same | 用户喜欢喝绿茶，不喜欢喝咖啡，每天早上都要喝一杯茶 | 用户喜欢喝绿茶,不喜欢喝咖啡,每天早上都要喝一杯茶
    # Unicode
    same | The café near the station serves crème brûlée | The cafe\u{301} near the station serves crème brûlée
    same | Meets friends in the park on sunny weekends | Meets friends in the pa\u{200B}rk on sunny weekends
    opposite | The release of the mobile app was a great success 👍 | The release of the mobile app was a great success 👎
    # short ones, which only the meaning could take for the same
    updated | Likes cats | Likes dogs
    updated | Works as a nurse | Works as a lawyer
    updated | Her favourite food is sushi | Her favourite food is pizza
    updated | The user speaks English and Italian | The user speaks English and Spanish
    opposite | The user trusts the new vendor | The user distrusts the new vendor
    opposite | The door must be locked at night | The door must be unlocked at night
    updated | Version 1.10 of the library is installed | Version 1.1 of the library is installed
    updated | The balance of the account is +250 euros this month | The balance of the account is -250 euros this month
    updated | The call with the customer is at 8 am on Thursday | The call with the customer is at 8 pm on Thursday
    updated | The order number of the delivery is A-1043 for the customer | The order number of the delivery is A-1034 for the customer
    updated | The package weighs 1.000 kg according to the label on the box | The package weighs 1 kg according to the label on the box
    opposite | Backups are copied from the server to the archive every night | Backups are copied from the archive to the server every night
    updated | Only administrators may delete projects in this workspace | Administrators may delete projects in this workspace
    updated | The first candidate was invited to the interview by the committee | The second candidate was invited to the interview by the committee
    # the same in other words, orders and spellings
    same | about a contract renewal: plain words in June | plain words in June about a contract renewal
    same | Notes from the kickoff meeting: budget, schedule, staffing and risks | Notes from the kickoff meeting: staffing, risks, budget and schedule
    same | The customer prefers invoices by email rather than letters | the customer prefers invoices by e-mail rather than letters
    same | Tom & Jerry is the favourite cartoon of the children | Tom and Jerry is the favourite cartoon of the children
    same | Keeps two bicycles in the basement of the apartment building | Keeps two bikes in the basement of the apartment building
    same | The user wants summaries with bullet points and short sentences | The user wants summaries with bulletpoints and short sentences
    same | Remembers birthdays of colleagues, friends and relatives | Remembers relatives', friends' and colleagues' birthdays
    same | La réunion commence à 9 heures dans la grande salle du conseil | La réunion commence à 9 h dans la grande salle du conseil
    same | El usuario prefiere las reuniones cortas por la mañana | el usuario prefiere las reuniones cortas por la mañana.
    unseen | She was born in Lisbon | Lisbon is where she was born
    unseen | He is a vegetarian | He lives on plants alone
    unseen | The flat has three rooms | Three-room apartment
    """
}
