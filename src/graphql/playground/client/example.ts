/** The text in the headers panel that the user replaces with a credential. `fetcher.ts` never sends it. */
export const CREDENTIAL_PLACEHOLDER = '<paste an API key, session token or the operator token>';

/** The headers of a new tab. */
export const EXAMPLE_HEADERS = JSON.stringify({ Authorization: CREDENTIAL_PLACEHOLDER }, null, 2);

/** The query of the first tab: any session, API key or operator may run it. */
export const EXAMPLE_QUERY = `# Welcome to the Rollcall playground.
#
# If you are signed in to Rollcall in this
# browser, press Ctrl-Enter: queries run as
# you.
#
# To use another credential, paste it into the
# headers panel below, as the value of
# Authorization (with "Bearer " in front, or
# without), and press Ctrl-Enter.
#
# Queries are remembered by this browser,
# credentials are not: paste yours again
# after reloading the page.

query Workspaces {
  viewer {
    type
    label
  }
  workspaces(first: 10) {
    totalCount
    nodes {
      id
      name
      accessModel
      plan
      scim {
        enabled
      }
      members(first: 20) {
        totalCount
        nodes {
          id
          userName
          active
          access {
            __typename
            ... on SeatAccess {
              seatType
            }
            ... on RoleAccess {
              role
              creditLimit
            }
          }
        }
      }
    }
  }
}
`;
