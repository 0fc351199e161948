/** Where the server is, as entered among the request domains in WeChat's console. The web host puts its own address here. */
export const SERVER = 'https://anhu.example'
